"""The booking engine beside a plain one: the same steps, the same answers, the same rows."""
