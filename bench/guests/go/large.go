// A program that needs much of Go's library: large.wasm is there to be decoded and validated, nobody runs it.
package main

import (
	"compress/gzip"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"go/types"
	"html/template"
	"io"
	"net/http"
	"os"
	"regexp"
)

func main() {
	var any map[string]any
	fmt.Println(json.NewDecoder(os.Stdin).Decode(&any), regexp.MustCompile(`\d+`).FindString("a1"))
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x", 0)
	fmt.Println(file, err, types.NewPackage("x", "x"))
	fmt.Println(template.New("t").Execute(gzip.NewWriter(os.Stdout), any))
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{}}}
	if answer, err := client.Get(os.Args[0]); err == nil {
		io.Copy(os.Stdout, answer.Body)
	}
}
