// kubelite is a Kubernetes control plane in one binary: etcd, API server, controllers and scheduler, chosen by the first
// argument. Four separate binaries would link the same code four times.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

var commands = map[string]func() *cobra.Command{
	"apiserver":          apiserver.NewAPIServerCommand,
	"controller-manager": controllers.NewControllerManagerCommand,
	"scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: kubelite etcd|apiserver|controller-manager|scheduler [flags]")
		os.Exit(2)
	}
	part, rest := os.Args[1], os.Args[2:]
	os.Args = append([]string{"kubelite-" + part}, rest...)
	if part == "etcd" {
		etcdmain.Main(os.Args)
		return
	}
	command, known := commands[part]
	if !known {
		fmt.Fprintf(os.Stderr, "kubelite: unknown part %q\n", part)
		os.Exit(2)
	}
	os.Exit(cli.Run(command()))
}
