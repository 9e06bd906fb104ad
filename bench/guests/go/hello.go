// What a Go program costs that does nothing: its runtime.
package main

import "fmt"

func main() { fmt.Println("hello from Go") }
