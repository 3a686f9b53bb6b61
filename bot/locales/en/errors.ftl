error-unexpected = Something unexpected went wrong. Please try again in a moment.
