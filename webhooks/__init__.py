"""The edge where the carrier knocks: it reads the clock once, opens the one transaction, asks below, renders the answer."""
