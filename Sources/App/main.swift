// Only calls `Launch`: code in this file is isolated to the main actor, and the rest of the program
// is not.

Launch.run()
