"""What an operator may type: one file a command, read only when it is asked for."""
