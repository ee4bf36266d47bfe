// Hands over to `Launch`: code in this file would be bound to the main actor, and nothing of ours is.

Launch.run()
