package system

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// effective is what the tests read of "gateway config print".
type effective struct {
	Listen        struct{ GRPC, REST, Admin string }
	ShutdownGrace string `json:"shutdown_grace"`
}

// effectiveConfig runs the ConfigMap's file through the gateway, with the environment
// that the container has and no other.
func (m *manifests) effectiveConfig(t *testing.T) effective {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte(m.configMaps["liveness-gateway"].Data["gateway.yaml"]), 0o600))
	command := exec.Command(gateway, "config", "print", file)
	command.Env = []string{}
	for _, variable := range m.container().Env {
		if variable.ValueFrom.SecretKeyRef != nil {
			command.Env = append(command.Env, variable.Name+"=a-secret")
		}
	}
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	var c effective
	require.NoError(t, yaml.Unmarshal(output, &c))
	return c
}

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
	require.Equal(t, portOf(t, c.Listen.GRPC), container.ReadinessProbe.GRPC.Port)
	require.Equal(t, "rest", container.LivenessProbe.HTTPGet.Port.StrVal)
	require.Equal(t, "/healthz", container.LivenessProbe.HTTPGet.Path)

	grace, err := time.ParseDuration(c.ShutdownGrace)
	require.NoError(t, err)
	before := time.Duration(container.Lifecycle.PreStop.Sleep.Seconds) * time.Second
	killed := time.Duration(*m.pod().TerminationGracePeriodSeconds) * time.Second
	require.Less(t, before+grace, killed, "calls under way would be killed")

	for _, volume := range m.pod().Volumes {
		if volume.ConfigMap != nil {
			require.Contains(t, m.configMaps, volume.ConfigMap.Name)
		}
	}
}

// The ConfigMap is a copy, so that it can be applied as it is.
func TestConfigMapHasTheExample(t *testing.T) {
	example, err := os.ReadFile(deploy + "/config.example.yaml")
	require.NoError(t, err)
	_, want, found := strings.Cut(string(example), "\naccounts:\n")
	require.True(t, found)
	_, got, found := strings.Cut(readManifests(t).configMaps["liveness-gateway"].Data["gateway.yaml"], "\naccounts:\n")
	require.True(t, found)
	require.Equal(t, want, got)
}

func TestPodsAreConfined(t *testing.T) {
	m := readManifests(t)
	require.False(t, *m.pod().AutomountServiceAccountToken)
	require.True(t, *m.pod().SecurityContext.RunAsNonRoot)
	require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, m.pod().SecurityContext.SeccompProfile.Type)
	for _, container := range m.pod().Containers {
		limits := container.SecurityContext
		require.Positive(t, *limits.RunAsUser, container.Name)
		require.True(t, *limits.ReadOnlyRootFilesystem, container.Name)
		require.False(t, *limits.AllowPrivilegeEscalation, container.Name)
		require.Equal(t, []corev1.Capability{"ALL"}, limits.Capabilities.Drop, container.Name)
		memory := container.Resources.Requests.Memory()
		require.Negative(t, memory.Cmp(*container.Resources.Limits.Memory()), container.Name)
	}
	require.Contains(t, m.container().Env, corev1.EnvVar{
		Name: "GOMEMLIMIT", ValueFrom: &corev1.EnvVarSource{
			ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "requests.memory"},
		},
	})
}

func TestEverythingSelectsThePods(t *testing.T) {
	m := readManifests(t)
	pods := labels.Set(m.deployment.Spec.Template.Labels)
	selectors := []*metav1.LabelSelector{m.deployment.Spec.Selector, m.budget.Spec.Selector, &m.policy.Spec.PodSelector}
	ports := map[string]bool{}
	for _, port := range m.container().Ports {
		ports[port.Name] = true
	}
	require.Len(t, m.services, 2)
	for i := range m.services {
		service := &m.services[i].Spec
		selectors = append(selectors, &metav1.LabelSelector{MatchLabels: service.Selector})
		for _, port := range service.Ports {
			require.True(t, ports[port.TargetPort.StrVal], port.Name)
			require.Equal(t, port.Name == "grpc", service.ClusterIP == corev1.ClusterIPNone, "gRPC needs a headless service")
		}
	}
	for _, each := range selectors {
		selector, err := metav1.LabelSelectorAsSelector(each)
		require.NoError(t, err)
		require.False(t, selector.Empty())
		require.True(t, selector.Matches(pods), selector)
	}
	for _, ingress := range m.policy.Spec.Ingress {
		require.NotEmpty(t, ingress.From, "everybody may call")
		for _, port := range ingress.Ports {
			require.True(t, ports[port.Port.StrVal], port.Port)
		}
	}
}

// The secret is made by hand, by a command that names every key.
func TestSecretIsExplained(t *testing.T) {
	explained, err := os.ReadFile(deploy + "/kubernetes/kustomization.yaml")
	require.NoError(t, err)
	for _, variable := range readManifests(t).container().Env {
		if from := variable.ValueFrom.SecretKeyRef; from != nil {
			require.Equal(t, "liveness-gateway", from.Name)
			require.Contains(t, string(explained), "--from-literal="+from.Key+"=")
		}
	}
}
