"""What all API calls share; the calls themselves lie in each app's `api/` folder."""
