"""Finds the recent story that another one tells again. `sketch.py`: what is compared; `recent.py`: comparing."""
