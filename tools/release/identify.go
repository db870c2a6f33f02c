package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// sentences are what a licence cannot be without, in lower case and with single spaces. All that
// is found in a text counts.
var sentences = []struct {
	id, sentence, without string
}{
	{"Apache-2.0", "apache license version 2.0, january 2004", ""},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy", ""},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from", "advertising materials mentioning features"},
	{"BSD-2-Clause", "redistributions of source code must retain", "may be used to endorse or promote products derived from"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee", ""},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose with or without fee", ""},
	{"MPL-2.0", "mozilla public license version 2.0", ""},
	{"Unlicense", "this is free and unencumbered software released into the public domain", ""},
	{"CC0-1.0", "cc0 1.0 universal", ""},
}

// refused are words of licences that bind who hands a binary on to more than naming them.
var refused = regexp.MustCompile(`gnu (lesser |library |affero )?general public license|advertising materials mentioning features|server side public license|business source license|commons clause`)

// isLicence says of which files something must be known: others, such as NOTICE, are handed on.
var isLicence = regexp.MustCompile(`(?i)^(licen[cs]e|copying)`)

// comments at the beginnings of lines, where a licence is kept as it stands in code.
var comments = regexp.MustCompile(`(?m)^\s*(//|#|\*)`)

// identify returns under which licences a module is, by its files, sorted.
func identify(files []file) ([]string, error) {
	var ids []string
	for _, f := range files {
		if !isLicence.MatchString(f.name) {
			continue
		}
		found, err := identifyText(string(f.content))
		if err != nil {
			return nil, fmt.Errorf("%s %w", f.name, err)
		}
		ids = append(ids, found...)
	}
	if len(ids) == 0 {
		return nil, errors.New("has no licence")
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func identifyText(text string) ([]string, error) {
	text = strings.ToLower(comments.ReplaceAllString(text, " "))
	text = strings.Join(strings.Fields(text), " ")
	// MPL-2.0 names those that it can be combined with.
	if found := refused.FindString(text); found != "" && !strings.Contains(text, "mozilla public license version 2.0") {
		return nil, fmt.Errorf("is not allowed: %s", found)
	}
	var ids []string
	for _, s := range sentences {
		if strings.Contains(text, s.sentence) && (s.without == "" || !strings.Contains(text, s.without)) {
			ids = append(ids, s.id)
		}
	}
	if len(ids) == 0 {
		return nil, errors.New("is no licence that is known here")
	}
	return ids, nil
}
