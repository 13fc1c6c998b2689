// Package config reads what a project says about how it wants to be analysed:
// the table [tool.bearings] of pyproject.toml, or bearings.toml. It knows the
// keys and their meaning; it applies them to rules and findings, and leaves
// roots, entry points and exclusions to those who read the tree.
package config

import (
	"slices"
	"strings"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// Config is what a project wants. The zero Config wants everything as it comes.
type Config struct {
	// File is where the settings stand; "" when there are none.
	File source.Path

	Select      []string // rules or families to run; empty: all
	Ignore      []string // rules or families not to run
	PathIgnores []PathIgnore
	Severity    map[string]analyzers.Severity // by rule or family

	EntryPoints []string      // "app.main:app"
	Roots       []source.Path // folders on Python's path
	Exclude     []string      // patterns of files that are not read
	PublicPaths []string      // patterns of URL paths that are open by intent

	IncludeTests, IncludeExamples bool
}

// PathIgnore switches rules off in some files.
type PathIgnore struct {
	Pattern string
	Rules   []string // rules or families
}

// Rules returns the rules to run out of all.
func (c Config) Rules(all []*analyzers.Analyzer) []*analyzers.Analyzer {
	return slices.DeleteFunc(slices.Clone(all), func(rule *analyzers.Analyzer) bool {
		return len(c.Select) > 0 && !names(c.Select, rule.Code, rule.Family) || names(c.Ignore, rule.Code, rule.Family)
	})
}

// Run runs the wanted rules out of all and keeps the wanted findings.
func (c Config) Run(p *fastapi.Project, all []*analyzers.Analyzer) analyzers.Result {
	result := analyzers.RunWith(p, c.Rules(all), analyzers.Options{
		Known: all, Tests: c.IncludeTests, Examples: c.IncludeExamples, Public: c.Public,
	})
	result.Findings = slices.DeleteFunc(result.Findings, func(f analyzers.Finding) bool {
		return slices.ContainsFunc(c.PathIgnores, func(ignore PathIgnore) bool {
			return names(ignore.Rules, f.Code, f.Family) && MatchPath(ignore.Pattern, f.At.Path)
		})
	})
	for i, f := range result.Findings {
		if severity, ok := c.Severity[string(f.Family)]; ok {
			result.Findings[i].Severity = severity
		}
		if severity, ok := c.Severity[f.Code]; ok {
			result.Findings[i].Severity = severity
		}
	}
	return result
}

// Public reports whether a URL path is open by intent.
func (c Config) Public(path string) bool {
	return slices.ContainsFunc(c.PublicPaths, func(pattern string) bool { return glob(pattern, strings.TrimSuffix(path, "/")) || glob(pattern, path) })
}

// Excluded reports whether a file is not to be read.
func (c Config) Excluded(path source.Path) bool {
	return slices.ContainsFunc(c.Exclude, func(pattern string) bool { return MatchPath(pattern, path) })
}

// names reports whether a list has the rule or its family.
func names(list []string, code string, family analyzers.Family) bool {
	return slices.Contains(list, code) || slices.Contains(list, string(family))
}
