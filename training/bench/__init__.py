"""The libraries that `npm run bench` compares with."""
