"""What people ask and are told, against a real database."""
