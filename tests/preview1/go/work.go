// What Go's runtime and os package ask of preview 1: scheduling, sleeping, files, directories, links, times, standard streams, an exit status.
package main

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

func goroutines() {
	start := time.Now()
	var all sync.WaitGroup
	results := make(chan int, 10)
	for i := 0; i < 10; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			time.Sleep(time.Duration(10-i) * time.Millisecond)
			results <- i
		}(i)
	}
	all.Wait()
	close(results)
	sum := 0
	for v := range results {
		sum += v
	}
	fmt.Println("sum", sum, time.Since(start) >= 10*time.Millisecond)
}

func files() {
	if err := os.MkdirAll("a/b/c", 0o755); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	for i := 0; i < 30; i++ {
		os.WriteFile(fmt.Sprintf("a/b/file-%02d", i), []byte(fmt.Sprint(i)), 0o644)
	}
	entries, err := os.ReadDir("a/b")
	fmt.Println(len(entries), err, entries[0].Name(), entries[len(entries)-1].Name())
	os.Symlink("file-07", "a/b/link")
	target, err := os.Readlink("a/b/link")
	fmt.Println(target, err)
	text, err := os.ReadFile("a/b/link")
	fmt.Println(string(text), err)
	os.Rename("a/b/file-08", "a/b/c/eight")
	os.Chtimes("a/b/c/eight", time.Unix(1000, 5), time.Unix(2000, 7))
	info, err := os.Stat("a/b/c/eight")
	fmt.Println(info.Size(), info.ModTime().UnixNano(), err)
	log, _ := os.OpenFile("a/log", os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	fmt.Fprintln(log, "one")
	fmt.Fprintln(log, "two")
	log.Seek(0, io.SeekStart)
	all, _ := io.ReadAll(log)
	fmt.Printf("%q\n", all)
	log.Truncate(2)
	log.Close()
	n := 0
	filepath.WalkDir("a", func(path string, entry fs.DirEntry, err error) error { n++; return err })
	fmt.Println("walked", n)
	if _, err := os.Open("../../etc/passwd"); err != nil {
		fmt.Println("refused")
	}
	fmt.Println(os.RemoveAll("a"))
}

func main() {
	fmt.Println(len(os.Args), os.Args[1:], os.Getenv("GREETING"))
	goroutines()
	files()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println("in:", lines.Text())
	}
	os.Exit(42)
}
