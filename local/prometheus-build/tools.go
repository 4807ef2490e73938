//go:build tools

// Package tools keeps Prometheus among the requirements: it is compiled from this module for machines without Debian's package.
package tools

import _ "github.com/prometheus/prometheus/cmd/prometheus"
