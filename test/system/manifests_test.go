package system

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// manifests are the objects that "kubectl apply -k deploy/kubernetes" makes.
type manifests struct {
	deployment appsv1.Deployment
	configMaps map[string]corev1.ConfigMap
}

func (m *manifests) pod() *corev1.PodSpec         { return &m.deployment.Spec.Template.Spec }
func (m *manifests) container() *corev1.Container { return &m.pod().Containers[0] }

// readManifests decodes what kustomize renders, and refuses unknown and repeated fields.
func readManifests(t *testing.T) *manifests {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).
		Run(filesys.MakeFsOnDisk(), deploy+"/kubernetes")
	require.NoError(t, err)
	decoder := strictDecoder(t)
	m := &manifests{configMaps: map[string]corev1.ConfigMap{}}
	for _, resource := range resources.Resources() {
		text, err := resource.AsYAML()
		require.NoError(t, err)
		object, _, err := decoder.Decode(text, nil, nil)
		require.NoError(t, err, "%s", text)
		m.add(t, object)
	}
	return m
}

func strictDecoder(t *testing.T) runtime.Decoder {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		appsv1.AddToScheme, corev1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme,
	} {
		require.NoError(t, add(scheme))
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}

func (m *manifests) add(t *testing.T, object runtime.Object) {
	t.Helper()
	switch object := object.(type) {
	case *appsv1.Deployment:
		m.deployment = *object
	case *corev1.ConfigMap:
		m.configMaps[object.Name] = *object
	case *corev1.Service, *corev1.ServiceAccount, *networkingv1.NetworkPolicy, *policyv1.PodDisruptionBudget:
		// Package chart of tools looks into them.
	default:
		require.Failf(t, "unexpected object", "%T", object)
	}
}
