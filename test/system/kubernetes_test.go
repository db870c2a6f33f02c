package system

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"

	"github.com/liveness-gateway/gateway/internal/certtest"
)

// effective is what the tests read of "gateway config print".
type effective struct {
	Listen        struct{ GRPC, REST, Admin, Operator string }
	ShutdownDelay string `json:"shutdown_delay"`
	ShutdownGrace string `json:"shutdown_grace"`
}

// effectiveConfig runs the ConfigMap's file through the gateway, with the files that the
// container has, and no variable.
func (m *manifests) effectiveConfig(t *testing.T) effective {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, "gateway.yaml")
	text := m.configMaps["liveness-gateway"].Data["gateway.yaml"]
	for _, name := range secretsIn(text) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("a-secret"), 0o600))
	}
	text = strings.NewReplacer(tlsFolder, folder, secretsFolder, folder).Replace(text)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	writeCertificates(t, folder, certtest.New(t))
	command := exec.Command(gateway, "config", "print", file)
	command.Env = []string{}
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	var c effective
	require.NoError(t, yaml.Unmarshal(output, &c))
	return c
}

// secretsIn returns the names of the credentials' files in a configuration.
func secretsIn(text string) (names []string) {
	for _, match := range regexp.MustCompile(`\{file: `+secretsFolder+`/(\w+)\}`).FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	return names
}

// Where the Secrets with the certificates and with the credentials are mounted, as files that
// change with them.
const (
	tlsFolder     = "/etc/gateway-tls"
	secretsFolder = "/etc/gateway-secrets"
)

func portOf(t *testing.T, address string) int32 {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	require.NoError(t, err)
	port, err := strconv.ParseInt(text, 10, 32)
	require.NoError(t, err)
	return int32(port)
}

func TestPodMatchesItsConfiguration(t *testing.T) {
	m := readManifests(t)
	c, container := m.effectiveConfig(t), m.container()
	require.Equal(t, []string{"serve", "--config", "/etc/gateway/gateway.yaml"}, container.Args)
	require.Contains(t, container.VolumeMounts, corev1.VolumeMount{Name: "config", MountPath: "/etc/gateway", ReadOnly: true})
	require.Equal(t, []corev1.ContainerPort{
		{Name: "grpc", ContainerPort: portOf(t, c.Listen.GRPC)},
		{Name: "rest", ContainerPort: portOf(t, c.Listen.REST)},
		{Name: "admin", ContainerPort: portOf(t, c.Listen.Admin)},
	}, container.Ports)
	require.Contains(t, container.VolumeMounts, corev1.VolumeMount{Name: "tls", MountPath: tlsFolder, ReadOnly: true})
	require.Contains(t, container.VolumeMounts, corev1.VolumeMount{Name: "credentials", MountPath: secretsFolder, ReadOnly: true})
	for path, probe := range map[string]*corev1.Probe{"/readyz": container.ReadinessProbe, "/healthz": container.LivenessProbe} {
		require.Equal(t, &corev1.HTTPGetAction{Path: path, Port: intstr.FromString("admin"), Scheme: corev1.URISchemeHTTPS}, probe.HTTPGet)
	}
	require.Regexp(t, `^127\.0\.0\.1:`, c.Listen.Operator)

	grace, err := time.ParseDuration(c.ShutdownGrace)
	require.NoError(t, err)
	delay, err := time.ParseDuration(c.ShutdownDelay)
	require.NoError(t, err)
	require.Positive(t, delay, "clients that have connections are not told to leave")
	before := time.Duration(container.Lifecycle.PreStop.Sleep.Seconds) * time.Second
	killed := time.Duration(*m.pod().TerminationGracePeriodSeconds) * time.Second
	require.Less(t, before+delay+grace, killed, "calls under way would be killed")

	for _, volume := range m.pod().Volumes {
		if volume.ConfigMap != nil {
			require.Contains(t, m.configMaps, volume.ConfigMap.Name)
		}
	}
}

// The Secrets are made by hand, by commands that name every key.
func TestSecretsAreExplained(t *testing.T) {
	text, err := os.ReadFile(deploy + "/kubernetes/kustomization.yaml")
	require.NoError(t, err)
	explained, m := string(text), readManifests(t)
	secrets := map[string]string{}
	for _, volume := range m.pod().Volumes {
		if volume.Secret != nil {
			secrets[volume.Name] = volume.Secret.SecretName
		}
	}
	require.Len(t, secrets, 2)
	require.Contains(t, explained, "secretName: "+secrets["tls"])
	require.Contains(t, explained, "create secret generic "+secrets["credentials"]+" ")
	names := secretsIn(m.configMaps["liveness-gateway"].Data["gateway.yaml"])
	require.NotEmpty(t, names)
	for _, name := range names {
		require.Contains(t, explained, "--from-literal="+name+"=")
	}
}
