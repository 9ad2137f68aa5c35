// Checks the log of a tree folder with golang.org/x/mod: the checkpoint's note, every tile, and an inclusion proof for
// every entry.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run independent.go <folder> <verifier key>
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder struct {
	path  string
	tiles map[string][]byte
}

func (f folder) Height() int                                { return 8 }
func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		if f.tiles[name] == nil {
			data, err := os.ReadFile(filepath.Join(f.path, name))
			if err != nil {
				return nil, err
			}
			f.tiles[name] = data
		}
		all = append(all, f.tiles[name])
	}
	return all, nil
}

func main() {
	tiles := folder{os.Args[1], map[string][]byte{}}
	tree := readCheckpoint(os.Args[1], os.Args[2])
	hashes := tlog.TileHashReader(tree, tiles)
	for index, entry := range readEntries(os.Args[1], tree.N) {
		proof, err := tlog.ProveRecord(tree.N, int64(index), hashes)
		must(err)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), tlog.RecordHash(entry)))
	}
	out, err := json.Marshal(map[string]any{"size": tree.N, "proofs": tree.N, "tiles": len(tiles.tiles)})
	must(err)
	fmt.Println(string(out))
}

func readCheckpoint(path, key string) tlog.Tree {
	verifier, err := note.NewVerifier(key)
	must(err)
	message, err := os.ReadFile(filepath.Join(path, "checkpoint"))
	must(err)
	opened, err := note.Open(message, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		panic("another origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	hash, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: hash}
}

func readEntries(path string, size int64) [][]byte {
	var entries [][]byte
	for n := int64(0); n*256 < size; n++ {
		tile := tlog.Tile{H: 8, L: -1, N: n, W: 256}
		if size-n*256 < 256 {
			tile.W = int(size - n*256)
		}
		name := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(path, name))
		must(err)
		for len(bundle) > 0 {
			length := int(bundle[0])<<8 | int(bundle[1])
			entries = append(entries, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	if int64(len(entries)) != size {
		panic("entries are missing")
	}
	return entries
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
