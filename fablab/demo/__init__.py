"""The demo lab: Berkane's machines and people, with a believable past and the weeks ahead."""
