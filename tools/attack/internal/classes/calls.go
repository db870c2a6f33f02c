package classes

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/tools/attack/internal/wire"
)

// The gRPC listener's methods.
const (
	issueMethod      = "/liveness.v1.LivenessService/IssueLivenessToken"
	watchMethod      = "/grpc.health.v1.Health/Watch"
	reflectionMethod = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
)

// restPath is the REST listener's for the same call.
const restPath = "/v1/liveness-tokens"

// hostileRoutes are the routes to the attackers' vendor, of which each connection uses one:
// what one account's breaker stops, another's does not.
const hostileRoutes = 10

// scenario is the route of a connection.
func scenario(connection int) string { return fmt.Sprintf("attack-%d", connection%hostileRoutes) }

// Scenarios are those of all routes to the attackers' vendor.
func Scenarios() []string {
	var all []string
	for i := range hostileRoutes {
		all = append(all, scenario(i))
	}
	return all
}

// smallMessage is a call to the attackers' vendor.
func smallMessage(t *wire.Target) []byte {
	m, _ := proto.Marshal(&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK, Scenario: scenario(t.Number)}) // it never fails
	return wire.Message(m)
}

// smallJSON is the same over REST.
func smallJSON(t *wire.Target) string {
	return `{"flow":"FLOW_APP_SDK","scenario":"` + scenario(t.Number) + `"}`
}
