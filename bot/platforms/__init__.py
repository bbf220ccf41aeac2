"""Where alerts and answers are shown. `base.py` says what a platform is; each other file is one, or draws for one."""
