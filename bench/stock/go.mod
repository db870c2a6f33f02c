module github.com/liveness-gateway/gateway/bench/stock

go 1.26.0

replace github.com/liveness-gateway/gateway => ../..

tool github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-grpc-gateway

require (
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.32.0
	github.com/liveness-gateway/gateway v0.0.0-00010101000000-000000000000
	github.com/stretchr/testify v1.12.1
	google.golang.org/grpc v1.85.0
	google.golang.org/protobuf v1.36.12
)

require (
	buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go v1.36.12-20260825204119-511051f7f437.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20261019180522-ce908d29299b // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20261019180522-ce908d29299b // indirect
)
