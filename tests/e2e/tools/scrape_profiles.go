// SPDX-License-Identifier: MIT

// scrape_profiles FIRST SECOND: does with two profiles of one process what those who collect them do, and prints the
// difference: a line "NAME VALUE" for each kind of value, and one "FUNCTION alloc_objects VALUE" for each function that
// has allocated meanwhile. It ends with 1 where one of them could not use the profiles.
package main

import (
	"bytes"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/google/pprof/profile"
)

func fail(format string, arguments ...interface{}) {
	fmt.Fprintf(os.Stderr, "scrape_profiles: "+format+"\n", arguments...)
	os.Exit(1)
}

// The values that Grafana Alloy makes differences of (delta_profiles.go), and all that Go's heap profiles have.
var wanted = []string{"alloc_objects count", "alloc_space bytes", "inuse_objects count", "inuse_space bytes"}

// read is what Parca does with an answer (scrape.go, validate.go): it must be valid, with ids that count from 1.
func read(path string) *profile.Profile {
	data, err := os.ReadFile(path)
	if err != nil {
		fail("%v", err)
	}
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		fail("%s is not compressed", path)
	}
	p, err := profile.ParseData(data)
	if err != nil {
		fail("%s: %v", path, err)
	}
	if err := p.CheckValid(); err != nil {
		fail("%s: %v", path, err)
	}
	for i, m := range p.Mapping {
		if m.ID != uint64(i+1) {
			fail("%s: mapping %d has id %d", path, i, m.ID)
		}
	}
	for i, f := range p.Function {
		if f.ID != uint64(i+1) {
			fail("%s: function %d has id %d", path, i, f.ID)
		}
	}
	for i, l := range p.Location {
		if l.ID != uint64(i+1) {
			fail("%s: location %d has id %d", path, i, l.ID)
		}
	}
	var types []string
	for _, t := range p.SampleType {
		types = append(types, t.Type+" "+t.Unit)
	}
	if strings.Join(types, ",") != strings.Join(wanted, ",") {
		fail("%s has %v and not %v", path, types, wanted)
	}
	if p.PeriodType == nil || p.PeriodType.Type != "space" || p.PeriodType.Unit != "bytes" {
		fail("%s: the period is of %v", path, p.PeriodType)
	}
	// Parca takes a profile with a duration for a difference.
	if p.DurationNanos != 0 || p.TimeNanos == 0 {
		fail("%s: time %d, duration %d", path, p.TimeNanos, p.DurationNanos)
	}
	if len(p.Sample) == 0 {
		fail("%s has no samples", path)
	}
	return p
}

func labels(s *profile.Sample) string {
	var all []string
	for key, values := range s.Label {
		all = append(all, key+"="+strings.Join(values, ","))
	}
	sort.Strings(all)
	return strings.Join(all, ";")
}

// identity is by what Grafana Alloy tells samples apart (fastdelta/hasher.go): the addresses and the labels.
func identity(s *profile.Sample) string {
	var key strings.Builder
	for _, l := range s.Location {
		fmt.Fprintf(&key, "%x ", l.Address)
	}
	return key.String() + labels(s)
}

func place(s *profile.Sample) string {
	var where strings.Builder
	for _, l := range s.Location {
		for _, line := range l.Line {
			fmt.Fprintf(&where, "%s:%d ", line.Function.Name, line.Line)
		}
	}
	return where.String()
}

// tellApart fails when two samples that are of different places are one for Alloy.
func tellApart(profiles ...*profile.Profile) {
	places := map[string]string{}
	for _, p := range profiles {
		for _, s := range p.Sample {
			key, where := identity(s), place(s)
			if before, found := places[key]; found && before != where {
				fail("%s and %s are the same by addresses and labels (%s)", before, where, key)
			}
			places[key] = where
		}
	}
}

// difference is what pprof itself and older agents do: the first with its signs turned, merged with the second.
func difference(first, second *profile.Profile) *profile.Profile {
	first = first.Copy()
	if err := first.ScaleN([]float64{-1, -1, -1, -1}); err != nil {
		fail("%v", err)
	}
	merged, err := profile.Merge([]*profile.Profile{first, second})
	if err != nil {
		fail("they cannot be merged: %v", err)
	}
	if err := merged.CheckValid(); err != nil {
		fail("the difference: %v", err)
	}
	return merged
}

func main() {
	if len(os.Args) != 3 {
		fail("usage: scrape_profiles FIRST SECOND")
	}
	first, second := read(os.Args[1]), read(os.Args[2])
	if second.TimeNanos <= first.TimeNanos {
		fail("the second is not later than the first")
	}
	tellApart(first, second)
	delta := difference(first, second)
	sums := make([]int64, len(wanted))
	functions := map[string]int64{}
	for _, s := range delta.Sample {
		for i, value := range s.Value {
			sums[i] += value
		}
		if s.Value[0] != 0 {
			functions[s.Location[0].Line[0].Function.Name] += s.Value[0]
		}
	}
	for i, name := range wanted {
		fmt.Println(strings.Fields(name)[0], sums[i])
	}
	var names []string
	for name := range functions {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Println(name, "alloc_objects", functions[name])
	}
}
