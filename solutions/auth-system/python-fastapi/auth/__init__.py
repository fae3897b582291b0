"""The reference of the kata `auth-system`: one small module for each idea, SQL beside the function that needs it."""
