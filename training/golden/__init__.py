"""Reference values for the tests: every script here writes files in test/golden/."""
