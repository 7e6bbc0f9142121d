"""The edge where the carrier's machines knock: it reads the clock once, opens the one transaction, asks below and renders what is to be said."""
