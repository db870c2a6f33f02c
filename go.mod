module github.com/liveness-gateway/gateway

go 1.26
