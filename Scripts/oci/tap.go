// Package tap is what the OCI's validation programs use of github.com/mndrix/tap-go, which Debian
// does not have: the Test Anything Protocol, written to standard output.
package tap

import (
	"encoding/json"
	"fmt"
	"strings"
)

// T counts the tests of one program.
type T struct {
	count *int
	todo  bool
}

// New begins a program's tests.
func New() *T { return &T{count: new(int)} }

// Header opens the output, with the number of tests where that is known.
func (t *T) Header(tests int) {
	fmt.Println("TAP version 13")
	if tests > 0 {
		fmt.Printf("1..%d\n", tests)
	}
}

// AutoPlan closes the output with the number of tests that there were.
func (t *T) AutoPlan() { fmt.Printf("1..%d\n", *t.count) }

// Ok reports one test.
func (t *T) Ok(passed bool, name string) {
	verdict := "not ok"
	if passed {
		verdict = "ok"
	}
	directive := ""
	if t.todo {
		directive = " # TODO"
	}
	*t.count++
	fmt.Printf("%s %d%s - %s\n", verdict, *t.count, directive, name)
}

// Pass reports a test that passed.
func (t *T) Pass(name string) { t.Ok(true, name) }

// Fail reports a test that failed.
func (t *T) Fail(name string) { t.Ok(false, name) }

// Skip reports tests that could not be made here.
func (t *T) Skip(tests int, why string) {
	for ; tests > 0; tests-- {
		*t.count++
		fmt.Printf("ok %d # SKIP %s\n", *t.count, why)
	}
}

// Todo reports as T does, but what fails is not held against anybody.
func (t *T) Todo() *T { return &T{count: t.count, todo: true} }

// YAML adds details to the test before it, as JSON, which is YAML too.
func (t *T) YAML(details interface{}) error {
	text, err := json.MarshalIndent(details, "  ", "  ")
	if err == nil {
		fmt.Printf("  ---\n  %s\n  ...\n", text)
	}
	return err
}

// Diagnostic adds a remark.
func (t *T) Diagnostic(remark string) {
	fmt.Println("# " + strings.ReplaceAll(remark, "\n", "\n# "))
}

// Diagnosticf adds a remark, made by a format.
func (t *T) Diagnosticf(format string, values ...interface{}) {
	t.Diagnostic(fmt.Sprintf(format, values...))
}
