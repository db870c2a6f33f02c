package system

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/liveness-gateway/gateway/internal/freeport"
)

const composeFile = deploy + "/compose.yaml"

// readCompose reads the file with the library that docker compose is made of, which refuses
// what the specification does not have.
func readCompose(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{composeFile})
	require.NoError(t, err)
	project, err := options.LoadProject(t.Context())
	require.NoError(t, err)
	return project
}

// Nobody but this machine reaches anything, every file that is mounted is there, and a process
// can do no more than it needs.
func TestComposeFile(t *testing.T) {
	project := readCompose(t)
	require.ElementsMatch(t, []string{"gateway", "redis", "prometheus", "alertmanager", "grafana"}, project.ServiceNames())
	published := map[string]string{}
	for name, service := range project.Services {
		for _, port := range service.Ports {
			require.Equal(t, "127.0.0.1", port.HostIP, name)
			require.Empty(t, published[port.Published], "%s and %s are published at one port", name, published[port.Published])
			published[port.Published] = name
		}
		for _, volume := range service.Volumes {
			if volume.Type == types.VolumeTypeBind {
				require.True(t, volume.ReadOnly, volume.Source)
				_, err := os.Stat(volume.Source)
				require.NoError(t, err, name)
			}
		}
		require.Equal(t, []string{"ALL"}, service.CapDrop, name)
		require.Equal(t, []string{"no-new-privileges"}, service.SecurityOpt, name)
		require.NotZero(t, service.MemLimit, name)
		require.True(t, service.ReadOnly || name == "grafana", "%s may write to its image", name)
		require.NotRegexp(t, `:latest$|^[^:]+$`, strings.TrimPrefix(service.Image, image), "%s may be another one tomorrow", name)
	}
}

// No image of Grafana can be had here, so that what it reads is held to what is there.
func TestGrafanaOfCompose(t *testing.T) {
	project := readCompose(t)
	grafana := project.Services["grafana"]
	mounted := map[string]string{}
	for _, volume := range grafana.Volumes {
		mounted[volume.Target] = volume.Source
	}
	var sources struct{ Datasources []struct{ URL string } }
	readYAML(t, filepath.Join(mounted["/etc/grafana/provisioning/datasources"], "prometheus.yaml"), &sources)
	require.Len(t, sources.Datasources, 1)
	source, err := url.Parse(sources.Datasources[0].URL)
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(project.Services[source.Hostname()].Ports[0].Target), source.Port())

	var provided struct {
		Providers []struct{ Options struct{ Path string } }
	}
	readYAML(t, filepath.Join(mounted["/etc/grafana/provisioning/dashboards"], "liveness-gateway.yaml"), &provided)
	require.Len(t, provided.Providers, 1)
	dashboards, err := filepath.Glob(deploy + "/grafana/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, dashboards)
	for _, file := range dashboards {
		require.Contains(t, mounted, provided.Providers[0].Options.Path+"/"+filepath.Base(file))
	}
	home := grafana.Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
	require.Contains(t, mounted, *home)
}

func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, into))
}

// standIns are Debian's programs in the place of images that come from registries, which are
// not reached here.
var standIns = map[string]struct {
	program, debianPackage string
	// entrypoint, user and folder are those of the image.
	entrypoint   bool
	user, folder string
	// reads are files that Debian's program needs.
	reads []string
}{
	"redis":      {program: "redis-server", debianPackage: "redis-server"},
	"prometheus": {"prometheus", "prometheus", true, "65534:65534", "/prometheus", nil},
	"alertmanager": {"prometheus-alertmanager", "prometheus-alertmanager", true, "65534:65534", "/alertmanager", []string{
		"/usr/share/prometheus/alertmanager/default.tmpl", "/usr/share/prometheus/alertmanager/email.tmpl",
	}},
}

var library = regexp.MustCompile(`/\S+`)

// buildStandIn makes an image of one program and its libraries.
func (p podman) buildStandIn(t *testing.T, service, name string) {
	t.Helper()
	of := standIns[service]
	path, err := filepath.EvalSymlinks(program(t, of.program, of.debianPackage))
	require.NoError(t, err)
	context := t.TempDir()
	copyFile(t, path, filepath.Join(context, "root", "usr", "bin", of.program))
	libraries, _ := exec.Command("ldd", path).Output() // none, if the program is static
	for _, file := range append(library.FindAllString(string(libraries), -1), of.reads...) {
		copyFile(t, file, filepath.Join(context, "root", file))
	}
	dockerfile := "FROM scratch\nCOPY root /\nENV PATH=/usr/bin\n"
	if of.entrypoint {
		dockerfile += fmt.Sprintf("ENTRYPOINT [\"/usr/bin/%s\"]\n", of.program)
	}
	if of.folder != "" {
		require.NoError(t, os.Mkdir(filepath.Join(context, "empty"), 0o755))
		dockerfile += fmt.Sprintf("COPY --chown=%s empty %s\nUSER %s\n", of.user, of.folder, of.user)
	}
	require.NoError(t, os.WriteFile(filepath.Join(context, "Dockerfile"), []byte(dockerfile), 0o600))
	p.run(t, "build", "--tag", name, context)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
	require.NoError(t, os.WriteFile(to, content, 0o755))
}

// stack is what runs of the compose file.
type stack struct {
	podman
	project string
	options []string
	ports   []string
}

// newStack has the file's services use ports that are free.
func newStack(t *testing.T, p podman, services []string) *stack {
	t.Helper()
	_ = program(t, "/usr/lib/podman/netavark", "netavark")
	_ = program(t, "/usr/lib/podman/aardvark-dns", "aardvark-dns")
	_ = program(t, "iptables", "iptables")
	script := filepath.Join(t.TempDir(), "podman")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\nexec "+p.path+" "+strings.Join(p.options, " ")+" \"$@\"\n"), 0o700))
	s := &stack{podman: p, project: fmt.Sprintf("liveness-gateway-test-%d", os.Getpid())}
	s.options = []string{
		"--podman-path", script, "--file", composeFile, "--project-name", s.project,
		"--podman-run-args=--ulimit nofile=1024:1024 --ulimit nproc=1024:1024",
	}
	for _, variable := range []string{"GRPC_PORT", "REST_PORT", "ADMIN_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT"} {
		s.ports = append(s.ports, variable+"="+strconv.Itoa(freePort(t)))
	}
	t.Cleanup(func() {
		for _, service := range services {
			if t.Failed() {
				logs, _ := p.command("logs", "--tail", "20", s.container(service)).CombinedOutput()
				t.Logf("%s wrote last:\n%s", service, logs)
			}
			_ = p.command("rm", "--force", "--volumes", s.container(service)).Run()
		}
		_ = p.command("network", "rm", "--force", s.project+"_default").Run()
	})
	return s
}

func freePort(t *testing.T) int {
	t.Helper()
	port, err := freeport.Take()
	require.NoError(t, err)
	return port
}

// compose runs Debian's podman-compose on the file.
func (s *stack) compose(t *testing.T, args ...string) {
	t.Helper()
	command := exec.Command(program(t, "podman-compose", "podman-compose"), append(slices.Clip(s.options), args...)...)
	command.Env = append(command.Environ(), s.ports...)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "podman-compose %s\n%s", args, output)
	t.Logf("podman-compose %s\n%s", args, output)
}

func (s *stack) container(service string) string { return s.project + "_" + service + "_1" }

// address is where a service is published.
func (s *stack) address(variable string) string {
	for _, port := range s.ports {
		if name, number, _ := strings.Cut(port, "="); name == variable {
			return "127.0.0.1:" + number
		}
	}
	return ""
}

// The compose file as it is, by Debian's podman-compose, up to an alert that has come to
// Alertmanager.
func TestCompose(t *testing.T) {
	services := []string{"gateway", "redis", "prometheus", "alertmanager"}
	p := newPodman(t)
	p.buildImage(t, image)
	project := readCompose(t)
	for service := range standIns {
		p.buildStandIn(t, service, project.Services[service].Image)
	}
	s := newStack(t, p, services)
	s.compose(t, append([]string{"up", "--detach", "--no-build"}, services...)...)
	require.EventuallyWithT(t, func(collect *assert.CollectT) {
		output, err := p.command("exec", s.container("gateway"), "/gateway", "healthcheck", "--config", "/etc/gateway/gateway.yaml").CombinedOutput()
		assert.NoError(collect, err, "%s", output)
	}, startLimit, 200*time.Millisecond)
	for _, service := range services {
		t.Run(service+" is confined", func(t *testing.T) { s.checkConfined(t, service) })
	}
	t.Run("replicas would share their keys", s.checkKeys)
	t.Run("an alert arrives", s.checkAlert)
	s.compose(t, "stop", "--timeout", "30")
	for _, service := range services {
		require.Equal(t, "0", p.run(t, "inspect", "--format", "{{.State.ExitCode}}", s.container(service)), service)
	}
}

func (s *stack) checkConfined(t *testing.T, service string) {
	t.Helper()
	require.Equal(t, "true", s.run(t, "inspect", "--format", "{{.HostConfig.ReadonlyRootfs}}", s.container(service)))
	status, err := os.ReadFile("/proc/" + s.run(t, "inspect", "--format", "{{.State.Pid}}", s.container(service)) + "/status")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^Uid:\t[1-9]\d*\t`, string(status))
	require.Regexp(t, `(?m)^CapEff:\t0+$`, string(status))
	require.Regexp(t, `(?m)^NoNewPrivs:\t1$`, string(status))
}

var (
	keptByRedis    = regexp.MustCompile(`(?m)^liveness_gateway_redis_operation_duration_seconds_count\{operation="idempotency_complete"\} 1$`)
	refusedByRedis = regexp.MustCompile(`(?m)^liveness_gateway_redis_errors_total\{kind="\w+",operation="idempotency_\w+"\} [1-9].*$`)
)

// checkKeys makes a call twice, and finds its answer in Redis.
func (s *stack) checkKeys(t *testing.T) {
	require.Eventually(t, func() bool {
		return strings.Contains(get(t, "http://"+s.address("ADMIN_PORT")+"/metrics"), "\nliveness_gateway_redis_up 1\n")
	}, startLimit, 200*time.Millisecond)
	gateway := sandbox{rest: s.address("REST_PORT")}
	for _, replayed := range []bool{false, true} {
		status, text, err := gateway.post(t.Context(), `{"flow":"FLOW_APP_SDK","subjectId":"user-1","idempotencyKey":"key-1"}`)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status, text)
		var answer struct{ Replayed bool }
		require.NoError(t, json.Unmarshal([]byte(text), &answer))
		require.Equal(t, replayed, answer.Replayed)
	}
	metrics := get(t, "http://"+s.address("ADMIN_PORT")+"/metrics")
	require.Len(t, keptByRedis.FindAllString(metrics, -1), 1)
	require.Empty(t, refusedByRedis.FindAllString(metrics, -1))
}

// checkAlert has a vendor answer with a code that nobody knows.
func (s *stack) checkAlert(t *testing.T) {
	client, err := api.NewClient(api.Config{Address: "http://" + s.address("PROMETHEUS_PORT")})
	require.NoError(t, err)
	prometheus := prometheus{API: v1.NewAPI(client)}
	prometheus.await(t, `up{job="liveness-gateway"} == 1`)
	prometheus.await(t, `liveness_gateway_redis_up == 1`)
	rules, err := prometheus.Rules(t.Context(), nil)
	require.NoError(t, err)
	loaded := 0
	for _, group := range rules.Groups {
		loaded += len(group.Rules)
	}
	require.GreaterOrEqual(t, loaded, len(readAlerts(t)))

	gateway := sandbox{rest: s.address("REST_PORT")}
	status, text, err := gateway.post(t.Context(), `{"flow":"FLOW_APP_SDK","acceptedProducts":["megvii.app-v5"],"subjectId":"sandbox:status=400,code=NEW_CODE"}`)
	require.NoError(t, err)
	require.Equal(t, http.StatusBadGateway, status, text)
	require.EventuallyWithT(t, func(collect *assert.CollectT) {
		assert.Contains(collect, told(t, s.address("ALERTMANAGER_PORT")), "CodeUnrecognized")
	}, 4*samplesLimit, time.Second)
}
