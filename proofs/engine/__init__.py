"""What a claim and a proof are: nothing of the theory."""
