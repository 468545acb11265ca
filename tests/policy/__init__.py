"""Each mistake with its exact message, the shipped file, the words of residents, and the admins' own tests."""
