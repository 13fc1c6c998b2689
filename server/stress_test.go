package server

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

// TestStress edits several documents while questions about them, most of them
// cancelled, are being answered, and then compares with a fresh session.
func TestStress(t *testing.T) {
	rounds := 400
	if testing.Short() {
		rounds = 50
	}
	root, options := project(t, shop), Options{PagesDir: t.TempDir()}
	c := connect(t, options)
	c.start(root, maximal(), map[string]any{"inlayHints": true})
	files := []string{"app/main.py", "app/deps.py", "app/users.py", "app/auth.py", ".env"}
	random := rand.New(rand.NewPCG(1, 2))
	texts := map[string]string{}
	for _, name := range files {
		texts[name] = shop[name]
		c.open("file://"+root+"/"+name, 1, shop[name])
	}
	var waiting sync.WaitGroup
	var bad sync.Map
	for round := range rounds {
		name := files[random.IntN(len(files))]
		uri := "file://" + root + "/" + name
		switch random.IntN(4) {
		case 0:
			texts[name] = shop[name]
		case 1:
			texts[name] = strings.Replace(shop[name], "token", fmt.Sprint("tok", round), 1)
		default:
			texts[name] = fmt.Sprintf("# %d\n%s", round, texts[name])
		}
		c.change(uri, round+2, whole(texts[name]))
		method := []string{"hover", "definition", "codeLens", "documentSymbol", "prepareCallHierarchy", "documentLink"}[random.IntN(6)]
		id, answer := c.begin("textDocument/"+method, at(uri, random.IntN(20), 10))
		if random.IntN(2) == 0 {
			c.notify("$/cancelRequest", map[string]any{"id": id})
		}
		waiting.Go(func() {
			if r := c.reply(answer); r.Error != nil && r.Error.Code != -32800 {
				bad.Store(r.Error.Message, r.Error.Code)
			}
		})
	}
	waiting.Wait()
	bad.Range(func(message, code any) bool {
		t.Errorf("error %v: %v", code, message)
		return true
	})

	fresh := connect(t, options)
	fresh.start(root, pulling(), map[string]any{})
	var old, now struct{ Items []diagnosticJSON }
	for _, name := range files {
		fresh.open("file://"+root+"/"+name, 1, texts[name])
	}
	for _, name := range files {
		params := map[string]any{"textDocument": map[string]any{"uri": "file://" + root + "/" + name}}
		c.call("textDocument/diagnostic", params, &old)
		fresh.call("textDocument/diagnostic", params, &now)
		if fmt.Sprint(old) != fmt.Sprint(now) {
			t.Errorf("%s: %v, in a fresh session %v", name, old, now)
		}
	}
}

func TestCancelling(t *testing.T) {
	root := project(t, shop)
	c := connect(t, Options{})
	c.start(root, maximal(), nil)
	uri := "file://" + root + "/app/users.py"
	cancelled := 0
	for version := range 200 {
		c.open(uri, version+1, fmt.Sprintf("# %d\n%s", version, shop["app/users.py"]))
		id, answer := c.begin("textDocument/hover", at(uri, 9, 5))
		c.notify("$/cancelRequest", map[string]any{"id": id})
		if r := c.reply(answer); r.Error != nil {
			if r.Error.Code != -32800 {
				t.Fatalf("%+v", r.Error)
			}
			cancelled++
		}
	}
	t.Logf("%d of 200 requests were cancelled in time", cancelled)
	if code := c.code("textDocument/hover", at(uri, 9, 5)); code != 0 {
		t.Errorf("after cancelling: %d", code)
	}
}
