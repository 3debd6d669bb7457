// The component: the generated exports call the packages under `wit/exports`, and those the connector.
package main

import _ "rollcall.example/roster/wit/exports/wit_exports"

// main is never called: a component has functions that a host calls.
func main() {}
