"""Measures how fast the lab's system answers, and writes down what it saw. See README.md."""
