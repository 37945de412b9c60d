"""What the site keeps of its users beside Django's own table."""
