// gateway is the peer of the gateway benchmark: Gin over client-go's informers, with the lists of pintle's gateway.
//
// `gateway -kubeconfig FILE` follows the usual resources in protobuf, and prints its URL once it knows them.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

var usual = []schema.GroupVersionResource{
	{Version: "v1", Resource: "pods"},
	{Version: "v1", Resource: "services"},
	{Version: "v1", Resource: "namespaces"},
	{Group: "apps", Version: "v1", Resource: "deployments"},
	{Group: "apps", Version: "v1", Resource: "statefulsets"},
	{Group: "apps", Version: "v1", Resource: "daemonsets"},
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "the cluster")
	listen := flag.String("listen", "127.0.0.1:0", "where to listen")
	flag.Parse()
	if err := serve(*kubeconfig, *listen); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(kubeconfig, listen string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.ContentType = runtime.ContentTypeProtobuf
	config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 60*time.Second)
	listers := map[schema.GroupVersionResource]cache.GenericLister{}
	for _, resource := range usual {
		informer, err := factory.ForResource(resource)
		if err != nil {
			return err
		}
		listers[resource] = informer.Lister()
		// A lister alone starts no informer.
		informer.Informer()
	}
	factory.Start(nil)
	factory.WaitForCacheSync(nil)

	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.GET("/ping", func(c *gin.Context) {
		c.JSON(http.StatusOK, gin.H{"code": 20000, "message": "pong"})
	})
	router.GET("/pod/list", func(c *gin.Context) { list(c, listers[usual[0]]) })
	router.GET("/:resource/:group/:version", func(c *gin.Context) {
		group := c.Param("group")
		if group == "core" {
			group = ""
		}
		resource := schema.GroupVersionResource{Group: group, Version: c.Param("version"), Resource: c.Param("resource")}
		list(c, listers[resource])
	})
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/\n", listener.Addr())
	return http.Serve(listener, router)
}

// list answers with the objects of a resource.
func list(c *gin.Context, lister cache.GenericLister) {
	if lister == nil {
		c.JSON(http.StatusOK, gin.H{"code": 40000, "message": "the server has no such resource"})
		return
	}
	selector, err := labels.Parse(c.Query("labelSelector"))
	if err != nil {
		c.JSON(http.StatusOK, gin.H{"code": 40000, "message": err.Error()})
		return
	}
	var objects []runtime.Object
	if namespace := c.Query("namespace"); namespace != "" {
		objects, err = lister.ByNamespace(namespace).List(selector)
	} else {
		objects, err = lister.List(selector)
	}
	if err != nil {
		c.JSON(http.StatusOK, gin.H{"code": 40000, "message": err.Error()})
		return
	}
	c.JSON(http.StatusOK, gin.H{"code": 20000, "message": "success", "data": objects})
}
