"""What each instrument of prevention says about a case: findings, options, and the evidence for both."""
