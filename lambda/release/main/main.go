// Command main will hold the wiring; until then it lets the bundle build.
package main

func main() {}
