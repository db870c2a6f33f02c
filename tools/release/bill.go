package main

import (
	"bytes"
	"os"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/CycloneDX/cyclonedx-gomod/pkg/generate/bin"
	"github.com/rs/zerolog"
)

// writeBill writes the bill of materials of a binary, in CycloneDX's JSON: every module that is
// linked, with its hash and licence.
func writeBill(path string, b *binary, licences licences) error {
	generator, err := bin.NewGenerator(b.path, bin.WithIncludeStdlib(true), bin.WithLogger(zerolog.Nop()))
	if err != nil {
		return err
	}
	bill, err := generator.Generate()
	if err != nil {
		return err
	}
	if bill.Components != nil {
		for i := range *bill.Components {
			component := &(*bill.Components)[i]
			if l, known := licences[component.Name]; known {
				component.Licenses = &cdx.Licenses{{Expression: l.expression()}}
			}
		}
	}
	var text bytes.Buffer
	encoder := cdx.NewBOMEncoder(&text, cdx.BOMFileFormatJSON)
	encoder.SetPretty(true)
	if err := encoder.EncodeVersion(bill, cdx.SpecVersion1_6); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}
