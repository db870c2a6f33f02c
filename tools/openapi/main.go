// Openapi writes gen/openapi/openapi.json, the OpenAPI 3.1 description of the REST route, from
// the contract: its comments, its rules (buf.validate) and its HTTP annotations. It is run from
// the root of the checkout, and reads the contract as a google.protobuf.FileDescriptorSet:
//
//	buf build proto --as-file-descriptor-set -o - | go run ./tools/openapi
package main

import (
	"fmt"
	"io"
	"os"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
)

const target = "gen/openapi/openapi.json"

func main() {
	if err := write(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func write(contract io.Reader) error {
	text, err := render(contract)
	if err != nil {
		return err
	}
	return os.WriteFile(target, text, 0o644)
}

// render returns the document of a contract.
func render(contract io.Reader) ([]byte, error) {
	encoded, err := io.ReadAll(contract)
	if err != nil {
		return nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(encoded, set); err != nil {
		return nil, err
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, err
	}
	d, err := describe(files)
	if err != nil {
		return nil, err
	}
	return encode(d)
}
