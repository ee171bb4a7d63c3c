"""How the built-in models and the reference values of the tests are made."""
