"""Views: those of oscarapi's names override oscarapi's, the others are ours."""
