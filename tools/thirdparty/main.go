// Thirdparty writes the .proto files that the contract imports, and those of the
// details of its errors, printed from the descriptors that Go modules carry: the
// files and the code that reads them are of one version, and no schema registry is
// asked.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	_ "buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate" // buf/validate
	"github.com/jhump/protoreflect/v2/protoprint"
	_ "google.golang.org/genproto/googleapis/api/annotations" // google/api
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"  // google/rpc
	_ "google.golang.org/genproto/googleapis/rpc/status"      // google/rpc
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

const header = "// Printed by tools/thirdparty. DO NOT EDIT.\n\n"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "thirdparty:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: thirdparty FOLDER")
	}
	for _, path := range []string{
		"buf/validate/validate.proto",
		"google/api/annotations.proto",
		"google/api/http.proto",
		"google/rpc/error_details.proto",
		"google/rpc/status.proto",
	} {
		descriptor, err := protoregistry.GlobalFiles.FindFileByPath(path)
		if err != nil {
			return fmt.Errorf("find %s: %w", path, err)
		}
		if err := write(filepath.Join(args[0], path), descriptor); err != nil {
			return err
		}
	}
	return nil
}

func write(path string, descriptor protoreflect.FileDescriptor) error {
	printer := protoprint.Printer{}
	text, err := printer.PrintProtoToString(descriptor)
	if err != nil {
		return fmt.Errorf("print %s: %w", descriptor.Path(), err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(header+spreadLists(text)), 0o644)
}
