"""The reference of the kata `url-shortener`: one small module for each idea, SQL beside the function that needs it."""
