"""The reference of the kata `task-manager-api`: one small module for each noun, SQL beside the function that needs it."""
