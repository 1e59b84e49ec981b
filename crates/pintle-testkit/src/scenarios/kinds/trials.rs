//! Objects that say a lot, and what is said of one that leaves something out or says something else.

/// What is tried: where objects of a kind are, an object besides its name, and what is done to it.
pub(super) struct Trial {
    /// Where such objects are; `NAMESPACE` stands for a namespace.
    pub(super) path: &'static str,
    /// An object that is good.
    pub(super) body: &'static str,
    /// Paths that are taken out, and the faults that are found then, one or more; none if it is good still.
    pub(super) without: &'static [(&'static str, &'static [&'static str])],
    /// Paths where `Bogus` is said, and the fault that is found.
    pub(super) bogus: &'static [(&'static str, &'static str)],
}

/// What kube-apiserver 1.36.3 answered.
#[rustfmt::skip] // A change a line.
pub(super) const TRIALS: &[Trial] = &[
    Trial {
        path: "/api/v1/namespaces/NAMESPACE/pods",
        body: r#"{"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80,"protocol":"TCP"}],"env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}},{"name":"C","valueFrom":{"configMapKeyRef":{"name":"m","key":"k"}}},{"name":"D","valueFrom":{"secretKeyRef":{"name":"m","key":"k"}}},{"name":"E","valueFrom":{"resourceFieldRef":{"containerName":"c","resource":"limits.cpu"}}}],"envFrom":[{"configMapRef":{"name":"m"}},{"secretRef":{"name":"s"}}],"volumeMounts":[{"name":"v","mountPath":"/v","mountPropagation":"None"}],"livenessProbe":{"httpGet":{"port":80,"scheme":"HTTP","httpHeaders":[{"name":"n","value":"v"}]}},"readinessProbe":{"tcpSocket":{"port":80}},"startupProbe":{"grpc":{"port":80}},"lifecycle":{"preStop":{"exec":{"command":["x"]}},"postStart":{"sleep":{"seconds":1}}},"terminationMessagePolicy":"File","imagePullPolicy":"Always","resources":{"limits":{"cpu":"1"}},"resizePolicy":[{"resourceName":"cpu","restartPolicy":"NotRequired"}],"securityContext":{"capabilities":{"add":["X"]},"seccompProfile":{"type":"RuntimeDefault"},"seLinuxOptions":{"level":"x"},"procMount":"Default"},"volumeDevices":[{"name":"bl","devicePath":"/dev/x"}]}],"volumes":[{"name":"v","emptyDir":{}},{"name":"h","hostPath":{"path":"/x","type":"Directory"}},{"name":"cm","configMap":{"name":"m","items":[{"key":"k","path":"p"}]}},{"name":"se","secret":{"secretName":"s","items":[{"key":"k","path":"p"}]}},{"name":"d","downwardAPI":{"items":[{"path":"p","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}]}},{"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"t"}},{"configMap":{"name":"m"}},{"clusterTrustBundle":{"name":"x","path":"y"}}]}},{"name":"bl","persistentVolumeClaim":{"claimName":"x"}},{"name":"nfs","nfs":{"server":"s","path":"/p"}},{"name":"csi","csi":{"driver":"d"}},{"name":"is","iscsi":{"targetPortal":"1.2.3.4","iqn":"iqn.2001-04.com.example:storage","lun":1}},{"name":"rb","rbd":{"monitors":["m"],"image":"i"}},{"name":"gl","glusterfs":{"endpoints":"e","path":"p"}},{"name":"ce","cephfs":{"monitors":["m"]}},{"name":"ci","cinder":{"volumeID":"x"}},{"name":"fl","flexVolume":{"driver":"d"}},{"name":"az","azureDisk":{"diskName":"d","diskURI":"https://x","cachingMode":"None","kind":"Shared"}},{"name":"azf","azureFile":{"secretName":"s","shareName":"n"}},{"name":"ph","photonPersistentDisk":{"pdID":"x"}},{"name":"po","portworxVolume":{"volumeID":"x"}},{"name":"vs","vsphereVolume":{"volumePath":"x"}},{"name":"aws","awsElasticBlockStore":{"volumeID":"x"}},{"name":"gce","gcePersistentDisk":{"pdName":"x"}},{"name":"git","gitRepo":{"repository":"x"}},{"name":"eph","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}},{"name":"fc","fc":{"targetWWNs":["a"],"lun":1}},{"name":"qb","quobyte":{"registry":"a:1","volume":"v"}},{"name":"im","image":{"reference":"x","pullPolicy":"Always"}},{"name":"sc","scaleIO":{"gateway":"g","system":"s","secretRef":{"name":"s"},"volumeName":"v"}},{"name":"fk","flocker":{"datasetName":"x"}}],"initContainers":[{"name":"i","image":"i"}],"tolerations":[{"key":"k","operator":"Exists","effect":"NoSchedule"}],"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]}]},"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"a","operator":"Exists"}]}}]},"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"z","labelSelector":{"matchExpressions":[{"key":"a","operator":"Exists"}]}}],"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":{"topologyKey":"z"}}]}},"imagePullSecrets":[{"name":"s"}],"hostAliases":[{"ip":"1.2.3.4","hostnames":["h"]}],"readinessGates":[{"conditionType":"x.y/z"}],"securityContext":{"sysctls":[{"name":"kernel.shm_rmid_forced","value":"1"}],"seccompProfile":{"type":"RuntimeDefault"},"fsGroupChangePolicy":"Always"},"dnsConfig":{"options":[{"name":"n"}]},"dnsPolicy":"ClusterFirst","restartPolicy":"Always","preemptionPolicy":"PreemptLowerPriority","os":{"name":"linux"},"schedulingGates":[{"name":"x.y/z"}]}}"#,
        without: &[
            ("spec.volumes.1.hostPath.path", &["spec.volumes[1].hostPath.path: Required value"]),
            ("spec.volumes.2.configMap.items.0.key", &["spec.volumes[2].configMap.items[0].key: Required value"]),
            ("spec.volumes.2.configMap.items.0.path", &["spec.volumes[2].configMap.items[0].path: Required value"]),
            ("spec.volumes.5.projected.sources.2.clusterTrustBundle.path", &[]),
            ("spec.volumes.7.nfs.server", &["spec.volumes[7].nfs.server: Required value"]),
            ("spec.volumes.8.csi.driver", &["spec.volumes[8].csi.driver: Required value"]),
            ("spec.volumes.9.iscsi.targetPortal", &["spec.volumes[9].iscsi.targetPortal: Required value"]),
            ("spec.volumes.9.iscsi.iqn", &["spec.volumes[9].iscsi.iqn: Required value"]),
            ("spec.volumes.9.iscsi.lun", &[]),
            ("spec.volumes.10.rbd.monitors", &["spec.volumes[10].rbd.monitors: Required value"]),
            ("spec.volumes.10.rbd.image", &["spec.volumes[10].rbd.image: Required value"]),
            ("spec.volumes.11.glusterfs.endpoints", &["spec.volumes[11].glusterfs.endpoints: Required value"]),
            ("spec.volumes.11.glusterfs.path", &["spec.volumes[11].glusterfs.path: Required value"]),
            ("spec.volumes.12.cephfs.monitors", &["spec.volumes[12].cephfs.monitors: Required value"]),
            ("spec.volumes.13.cinder.volumeID", &["spec.volumes[13].cinder.volumeID: Required value"]),
            ("spec.volumes.14.flexVolume.driver", &["spec.volumes[14].flexVolume.driver: Required value"]),
            ("spec.volumes.15.azureDisk.diskName", &["spec.volumes[15].azureDisk.diskName: Required value"]),
            ("spec.volumes.16.azureFile.secretName", &["spec.volumes[16].azureFile.secretName: Required value"]),
            ("spec.volumes.16.azureFile.shareName", &["spec.volumes[16].azureFile.shareName: Required value"]),
            ("spec.volumes.17.photonPersistentDisk.pdID", &["spec.volumes[17].photonPersistentDisk.pdID: Required value"]),
            ("spec.volumes.18.portworxVolume.volumeID", &["spec.volumes[18].portworxVolume.volumeID: Required value"]),
            ("spec.volumes.19.vsphereVolume.volumePath", &["spec.volumes[19].vsphereVolume.volumePath: Required value"]),
            ("spec.volumes.20.awsElasticBlockStore.volumeID", &["spec.volumes[20].awsElasticBlockStore.volumeID: Required value"]),
            ("spec.volumes.22.gitRepo.repository", &["spec.volumes[22].gitRepo.repository: Required value"]),
            ("spec.volumes.25.quobyte.registry", &["spec.volumes[25].quobyte.registry: Required value: must be a host:port pair or multiple pairs separated by commas"]),
            ("spec.volumes.25.quobyte.volume", &["spec.volumes[25].quobyte.volume: Required value"]),
            ("spec.volumes.27.scaleIO.gateway", &["spec.volumes[27].scaleIO.gateway: Required value"]),
            ("spec.volumes.27.scaleIO.system", &["spec.volumes[27].scaleIO.system: Required value"]),
            ("spec.volumes.27.scaleIO.secretRef", &[]),
            ("spec.initContainers.0.name", &["spec.initContainers[0].name: Required value"]),
            ("spec.containers", &["spec.containers: Required value"]),
            ("spec.containers.0.ports.0.containerPort", &["spec.containers[0].ports[0].containerPort: Required value"]),
            ("spec.containers.0.env.0.name", &["spec.containers[0].env[0].name: Required value"]),
            ("spec.containers.0.env.2.valueFrom.configMapKeyRef.key", &["spec.containers[0].env[2].valueFrom.configMapKeyRef.key: Required value"]),
            ("spec.containers.0.env.3.valueFrom.secretKeyRef.key", &["spec.containers[0].env[3].valueFrom.secretKeyRef.key: Required value"]),
            ("spec.containers.0.env.4.valueFrom.resourceFieldRef.resource", &["spec.containers[0].env[4].valueFrom.resourceFieldRef.resource: Required value"]),
            ("spec.containers.0.volumeMounts.0.mountPath", &["spec.containers[0].volumeMounts[0].mountPath: Required value"]),
            ("spec.containers.0.volumeDevices.0.devicePath", &["spec.containers[0].volumeDevices[0].devicePath: Required value"]),
            ("spec.containers.0.livenessProbe.httpGet.port", &["spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive"]),
            ("spec.containers.0.livenessProbe.httpGet.httpHeaders.0.value", &[]),
            ("spec.containers.0.readinessProbe.tcpSocket.port", &["spec.containers[0].readinessProbe.tcpSocket.port: Invalid value: 0: must be between 1 and 65535, inclusive"]),
            ("spec.containers.0.startupProbe.grpc.port", &["spec.containers[0].startupProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive"]),
            ("spec.containers.0.lifecycle.postStart.sleep.seconds", &[]),
            ("spec.containers.0.securityContext.seccompProfile.type", &["spec.containers[0].securityContext.seccompProfile.type: Required value: type is required when seccompProfile is set"]),
            ("spec.securityContext.sysctls.0.name", &["spec.securityContext.sysctls[0].name: Required value"]),
            ("spec.securityContext.sysctls.0.value", &[]),
            ("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms", &["spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term"]),
            ("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions.0.key", &[r#"spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: Invalid value: "": name part must be non-empty"#, r#"spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#]),
            ("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions.0.operator", &[r#"spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "": not a valid selector operator"#]),
            ("spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.weight", &["spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100"]),
            ("spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.preference", &[]),
            ("spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution.0.labelSelector.matchExpressions.0.key", &[r#"spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].key: Invalid value: "": name part must be non-empty"#, r#"spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].key: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#]),
            ("spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution.0.labelSelector.matchExpressions.0.operator", &[r#"spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].operator: Invalid value: "": not a valid selector operator"#]),
            ("spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.weight", &["spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100"]),
            ("spec.hostAliases.0.ip", &[r#"spec.hostAliases[0].ip: Invalid value: "": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"#]),
            ("spec.readinessGates.0.conditionType", &[r#"spec.readinessGates[0].conditionType: Invalid value: "": name part must be non-empty"#, r#"spec.readinessGates[0].conditionType: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#]),
            ("spec.topologySpreadConstraints.0.maxSkew", &["spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero"]),
            ("spec.topologySpreadConstraints.0.topologyKey", &["spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty"]),
            ("spec.topologySpreadConstraints.0.whenUnsatisfiable", &[r#"spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "": supported values: "DoNotSchedule", "ScheduleAnyway""#]),
            ("spec.os.name", &["spec.os.name: Required value"]),
        ],
        bogus: &[
            ("spec.volumes.1.hostPath.type", r#"spec.volumes[1].hostPath.type: Unsupported value: "Bogus": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket""#),
            ("spec.volumes.15.azureDisk.cachingMode", r#"spec.volumes[15].azureDisk.cachingMode: Unsupported value: "Bogus": supported values: "None", "ReadOnly", "ReadWrite""#),
            ("spec.volumes.15.azureDisk.kind", r#"spec.volumes[15].azureDisk.kind: Unsupported value: "Bogus": supported values: "Dedicated", "Managed", "Shared""#),
            ("spec.volumes.23.ephemeral.volumeClaimTemplate.spec.accessModes.0", r#"spec.volumes[23].ephemeral.volumeClaimTemplate.spec.accessModes: Unsupported value: "Bogus": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod""#),
            ("spec.volumes.26.image.pullPolicy", r#"spec.volumes[26].image.pullPolicy: Unsupported value: "Bogus": supported values: "Always", "IfNotPresent", "Never""#),
            ("spec.containers.0.ports.0.protocol", r#"spec.containers[0].ports[0].protocol: Unsupported value: "Bogus": supported values: "SCTP", "TCP", "UDP""#),
            ("spec.containers.0.livenessProbe.httpGet.scheme", r#"spec.containers[0].livenessProbe.httpGet.scheme: Unsupported value: "Bogus": supported values: "HTTP", "HTTPS""#),
            ("spec.containers.0.terminationMessagePolicy", r#"spec.containers[0].terminationMessagePolicy: Unsupported value: "Bogus": supported values: "File", "FallbackToLogsOnError""#),
            ("spec.containers.0.imagePullPolicy", r#"spec.containers[0].imagePullPolicy: Unsupported value: "Bogus": supported values: "Always", "IfNotPresent", "Never""#),
            ("spec.containers.0.securityContext.procMount", r#"spec.containers[0].securityContext.procMount: Unsupported value: "Bogus": supported values: "Default", "Unmasked""#),
            ("spec.containers.0.securityContext.seccompProfile.type", r#"spec.containers[0].securityContext.seccompProfile.type: Unsupported value: "Bogus": supported values: "Localhost", "RuntimeDefault", "Unconfined""#),
            ("spec.restartPolicy", r#"spec.restartPolicy: Unsupported value: "Bogus": supported values: "Always", "OnFailure", "Never""#),
            ("spec.dnsPolicy", r#"spec.dnsPolicy: Unsupported value: "Bogus": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None""#),
            ("spec.securityContext.fsGroupChangePolicy", r#"spec.securityContext.fsGroupChangePolicy: Unsupported value: "Bogus": supported values: "Always", "OnRootMismatch""#),
            ("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions.0.operator", r#"spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "Bogus": not a valid selector operator"#),
            ("spec.tolerations.0.operator", r#"spec.tolerations[0].operator: Unsupported value: "Bogus": supported values: "Equal", "Exists""#),
            ("spec.tolerations.0.effect", r#"spec.tolerations[0].effect: Unsupported value: "Bogus": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute""#),
            ("spec.topologySpreadConstraints.0.whenUnsatisfiable", r#"spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Bogus": supported values: "DoNotSchedule", "ScheduleAnyway""#),
        ],
    },
    Trial {
        path: "/api/v1/namespaces/NAMESPACE/endpoints",
        body: r#"{"subsets":[{"addresses":[{"ip":"1.2.3.4"}],"ports":[{"port":80,"name":"a"},{"port":81,"name":"b"}]}]}"#,
        without: &[
            ("subsets.0.ports.0.port", &["subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/api/v1/namespaces/NAMESPACE/limitranges",
        body: r#"{"spec":{"limits":[{"type":"Pod","max":{"cpu":"1"}}]}}"#,
        without: &[
            ("spec.limits", &[]),
            ("spec.limits.0.type", &[r#"spec.limits[0].type: Invalid value: "": name part must be non-empty"#, r#"spec.limits[0].type: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/api/v1/namespaces/NAMESPACE/persistentvolumeclaims",
        body: r#"{"spec":{"accessModes":["ReadWriteOnce"],"volumeMode":"Filesystem","dataSource":{"kind":"PersistentVolumeClaim","name":"x"},"resources":{"requests":{"storage":"1Gi"}}}}"#,
        without: &[
            ("spec.dataSource.kind", &[]),
        ],
        bogus: &[
            ("spec.accessModes.0", r#"spec.accessModes: Unsupported value: "Bogus": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod""#),
            ("spec.volumeMode", r#"spec.volumeMode: Unsupported value: "Bogus": supported values: "Block", "Filesystem""#),
        ],
    },
    Trial {
        path: "/api/v1/persistentvolumes",
        body: r#"{"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"local":{"path":"/x"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Exists"}]}]}},"persistentVolumeReclaimPolicy":"Retain","volumeMode":"Filesystem"}}"#,
        without: &[
            ("spec.local.path", &["spec.local.path: Required value"]),
            ("spec.nodeAffinity.required.nodeSelectorTerms", &["spec.nodeAffinity.required.nodeSelectorTerms: Required value: must have at least one node selector term"]),
            ("spec.nodeAffinity.required.nodeSelectorTerms.0.matchExpressions.0.key", &[r#"spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: Invalid value: "": name part must be non-empty"#, r#"spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#]),
            ("spec.nodeAffinity.required.nodeSelectorTerms.0.matchExpressions.0.operator", &[r#"spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "": not a valid selector operator"#]),
        ],
        bogus: &[
            ("spec.accessModes.0", r#"spec.accessModes: Unsupported value: "Bogus": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod""#),
            ("spec.persistentVolumeReclaimPolicy", r#"spec.persistentVolumeReclaimPolicy: Unsupported value: "Bogus": supported values: "Delete", "Recycle", "Retain""#),
            ("spec.volumeMode", r#"spec.volumeMode: Unsupported value: "Bogus": supported values: "Block", "Filesystem""#),
            ("spec.nodeAffinity.required.nodeSelectorTerms.0.matchExpressions.0.operator", r#"spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "Bogus": not a valid selector operator"#),
        ],
    },
    Trial {
        path: "/api/v1/namespaces/NAMESPACE/podtemplates",
        body: r#"{"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#,
        without: &[
            ("template.spec.containers", &["template.spec.containers: Required value"]),
            ("template.spec.containers.0.name", &["template.spec.containers[0].name: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/api/v1/namespaces/NAMESPACE/replicationcontrollers",
        body: r#"{"spec":{"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"#,
        without: &[
            ("spec.template.spec.containers", &["spec.template.spec.containers: Required value"]),
            ("spec.template.spec.containers.0.name", &["spec.template.spec.containers[0].name: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/apps/v1/namespaces/NAMESPACE/daemonsets",
        body: r#"{"spec":{"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}},"updateStrategy":{"type":"OnDelete"}}}"#,
        without: &[
            ("spec.selector.matchExpressions.0.key", &[r#"spec.selector.matchExpressions[0].key: Invalid value: "": name part must be non-empty"#, r#"spec.selector.matchExpressions[0].key: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#]),
            ("spec.selector.matchExpressions.0.operator", &[r#"spec.selector.matchExpressions[0].operator: Invalid value: "": not a valid selector operator"#]),
            ("spec.template.spec.containers", &["spec.template.spec.containers: Required value"]),
            ("spec.template.spec.containers.0.name", &["spec.template.spec.containers[0].name: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/apps/v1/namespaces/NAMESPACE/deployments",
        body: r#"{"spec":{"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}},"strategy":{"type":"Recreate"}}}"#,
        without: &[
            ("spec.template.spec.containers", &["spec.template.spec.containers: Required value"]),
            ("spec.template.spec.containers.0.name", &["spec.template.spec.containers[0].name: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/apps/v1/namespaces/NAMESPACE/replicasets",
        body: r#"{"spec":{"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"#,
        without: &[
            ("spec.template.spec.containers", &["spec.template.spec.containers: Required value"]),
            ("spec.template.spec.containers.0.name", &["spec.template.spec.containers[0].name: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/apps/v1/namespaces/NAMESPACE/statefulsets",
        body: r#"{"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}},"podManagementPolicy":"Parallel","updateStrategy":{"type":"OnDelete"},"volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}],"ordinals":{"start":1}}}"#,
        without: &[
            ("spec.template.spec.containers", &["spec.template.spec.containers: Required value"]),
            ("spec.template.spec.containers.0.name", &["spec.template.spec.containers[0].name: Required value"]),
        ],
        bogus: &[
            ("spec.volumeClaimTemplates.0.spec.accessModes.0", r#"spec.volumeClaimTemplates[0].spec.accessModes: Unsupported value: "Bogus": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod""#),
            ("spec.podManagementPolicy", r#"spec.podManagementPolicy: Invalid value: "Bogus": must be 'OrderedReady' or 'Parallel'"#),
        ],
    },
    Trial {
        path: "/apis/apps/v1/namespaces/NAMESPACE/controllerrevisions",
        body: r#"{"data":{"a":1},"revision":1}"#,
        without: &[
            ("revision", &[]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/autoscaling/v2/namespaces/NAMESPACE/horizontalpodautoscalers",
        body: r#"{"spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}},{"type":"Pods","pods":{"metric":{"name":"m"},"target":{"type":"AverageValue","averageValue":"1"}}},{"type":"Object","object":{"describedObject":{"kind":"K","name":"n"},"metric":{"name":"m"},"target":{"type":"Value","value":"1"}}},{"type":"External","external":{"metric":{"name":"m"},"target":{"type":"Value","value":"1"}}},{"type":"ContainerResource","containerResource":{"name":"cpu","container":"c","target":{"type":"Utilization","averageUtilization":50}}}],"behavior":{"scaleUp":{"policies":[{"type":"Pods","value":1,"periodSeconds":5}]}}}}"#,
        without: &[
            ("spec.scaleTargetRef.kind", &["spec.scaleTargetRef.kind: Required value"]),
            ("spec.scaleTargetRef.name", &["spec.scaleTargetRef.name: Required value"]),
            ("spec.metrics.0.resource.name", &["spec.metrics[0].resource.name: Required value: must specify a resource name"]),
            ("spec.metrics.1.pods.metric.name", &["spec.metrics[1].pods.metric.name: Required value: must specify a metric name"]),
            ("spec.metrics.4.containerResource.name", &["spec.metrics[4].containerResource.name: Required value: must specify a resource name"]),
            ("spec.metrics.4.containerResource.container", &["spec.metrics[4].containerResource.container: Required value: must specify a container"]),
            ("spec.behavior.scaleUp.policies.0.type", &[r#"spec.behavior.scaleUp.policies[0].type: Unsupported value: "": supported values: "Percent", "Pods""#]),
            ("spec.behavior.scaleUp.policies.0.value", &["spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero"]),
            ("spec.behavior.scaleUp.policies.0.periodSeconds", &["spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 0: must be greater than zero"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/batch/v1/namespaces/NAMESPACE/cronjobs",
        body: r#"{"spec":{"schedule":"* * * * *","concurrencyPolicy":"Allow","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}"#,
        without: &[
            ("spec.schedule", &["spec.schedule: Required value"]),
            ("spec.jobTemplate.spec.template.spec.containers", &["spec.jobTemplate.spec.template.spec.containers: Required value"]),
            ("spec.jobTemplate.spec.template.spec.containers.0.name", &["spec.jobTemplate.spec.template.spec.containers[0].name: Required value"]),
        ],
        bogus: &[
            ("spec.concurrencyPolicy", r#"spec.concurrencyPolicy: Unsupported value: "Bogus": supported values: "Allow", "Forbid", "Replace""#),
        ],
    },
    Trial {
        path: "/apis/batch/v1/namespaces/NAMESPACE/jobs",
        body: r#"{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}},"completionMode":"NonIndexed","podFailurePolicy":{"rules":[{"action":"Ignore","onExitCodes":{"operator":"In","values":[1]}},{"action":"Ignore","onPodConditions":[{"type":"T","status":"True"}]}]}}}"#,
        without: &[
            ("spec.podFailurePolicy.rules", &[]),
            ("spec.podFailurePolicy.rules.0.action", &[r#"spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]"#]),
            ("spec.podFailurePolicy.rules.0.onExitCodes.operator", &[r#"spec.podFailurePolicy.rules[0].onExitCodes.operator: Required value: valid values: ["In" "NotIn"]"#]),
            ("spec.podFailurePolicy.rules.0.onExitCodes.values", &["spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: null: at least one value is required"]),
            ("spec.podFailurePolicy.rules.1.onPodConditions.0.type", &[r#"spec.podFailurePolicy.rules[1].onPodConditions[0].type: Invalid value: "": name part must be non-empty"#, r#"spec.podFailurePolicy.rules[1].onPodConditions[0].type: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#]),
            ("spec.template.spec.containers", &["spec.template.spec.containers: Required value"]),
            ("spec.template.spec.containers.0.name", &["spec.template.spec.containers[0].name: Required value"]),
        ],
        bogus: &[
            ("spec.podFailurePolicy.rules.0.action", r#"spec.podFailurePolicy.rules[0].action: Unsupported value: "Bogus": supported values: "Count", "FailIndex", "FailJob", "Ignore""#),
            ("spec.podFailurePolicy.rules.0.onExitCodes.operator", r#"spec.podFailurePolicy.rules[0].onExitCodes.operator: Unsupported value: "Bogus": supported values: "In", "NotIn""#),
            ("spec.completionMode", r#"spec.completionMode: Unsupported value: "Bogus": supported values: "NonIndexed", "Indexed""#),
        ],
    },
    Trial {
        path: "/apis/certificates.k8s.io/v1/certificatesigningrequests",
        body: r#"{"spec":{"request":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIRk1HNENBUUF3RERFS01BZ0dBMVVFQXd3QmVEQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQQpCQXZvbkpGMldrSlhVZy9Dc3dQNk5rUGoyalBOd1FXVVhSaW5NTkU4MEc2ZEs2d0JWbmhxM2dsTm9iajVORW9FClltQVBjQW1pU3Z4UDAyY1I4NTA3TjArZ0FEQUtCZ2dxaGtqT1BRUURBZ05IQURCRUFpQmFKdTBPVEpqZkg3eGkKdWgxMTVkM0pCSzFtQ2I5SkRFa1RMcVJheXhNTDdBSWdMaGVHeEVwVVZFRllqek1hRENwNXJub2IvdXh1ZFVWYQpsYzd1TUhGZG9iMD0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==","signerName":"example.org/s","usages":["digital signature"]}}"#,
        without: &[
            ("spec.request", &["spec.request: Invalid value: null: PEM block type must be CERTIFICATE REQUEST"]),
            ("spec.signerName", &["spec.signerName: Required value"]),
        ],
        bogus: &[
            ("spec.usages.0", r#"spec.usages[0]: Unsupported value: "Bogus": supported values: "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping""#),
        ],
    },
    Trial {
        path: "/apis/discovery.k8s.io/v1/namespaces/NAMESPACE/endpointslices",
        body: r#"{"addressType":"IPv4","endpoints":[{"addresses":["1.2.3.4"],"hints":{"forZones":[{"name":"z"}]}}],"ports":[{"name":"a","port":80,"protocol":"TCP"}]}"#,
        without: &[
            ("addressType", &["addressType: Required value"]),
            ("endpoints.0.addresses", &["endpoints[0].addresses: Required value: must contain at least 1 address"]),
            ("endpoints.0.hints.forZones.0.name", &[]),
        ],
        bogus: &[
            ("addressType", r#"addressType: Unsupported value: "Bogus": supported values: "FQDN", "IPv4", "IPv6""#),
            ("ports.0.protocol", r#"ports[0].protocol: Unsupported value: "Bogus": supported values: "SCTP", "TCP", "UDP""#),
        ],
    },
    Trial {
        path: "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas",
        body: r#"{"spec":{"priorityLevelConfiguration":{"name":"exempt"},"distinguisherMethod":{"type":"ByUser"},"rules":[{"subjects":[{"kind":"User","user":{"name":"u"}},{"kind":"Group","group":{"name":"u"}},{"kind":"ServiceAccount","serviceAccount":{"name":"n","namespace":"s"}}],"resourceRules":[{"verbs":["get"],"apiGroups":["a"],"resources":["b"],"clusterScope":true}],"nonResourceRules":[{"verbs":["get"],"nonResourceURLs":["/a"]}]}]}}"#,
        without: &[
            ("spec.priorityLevelConfiguration.name", &["spec.priorityLevelConfiguration.name: Required value: must reference a priority level"]),
            ("spec.rules.0.subjects", &["spec.rules[0].subjects: Required value: subjects must contain at least one value"]),
            ("spec.rules.0.subjects.0.kind", &[r#"spec.rules[0].subjects[0].kind: Unsupported value: "": supported values: "Group", "ServiceAccount", "User""#]),
            ("spec.rules.0.subjects.0.user.name", &["spec.rules[0].subjects[0].user.name: Required value"]),
            ("spec.rules.0.subjects.1.group.name", &["spec.rules[0].subjects[1].group.name: Required value"]),
            ("spec.rules.0.subjects.2.serviceAccount.namespace", &["spec.rules[0].subjects[2].serviceAccount.namespace: Required value: must specify namespace for service account"]),
            ("spec.rules.0.subjects.2.serviceAccount.name", &["spec.rules[0].subjects[2].serviceAccount.name: Required value"]),
            ("spec.rules.0.resourceRules.0.verbs", &["spec.rules[0].resourceRules[0].verbs: Required value: verbs must contain at least one value"]),
            ("spec.rules.0.resourceRules.0.apiGroups", &["spec.rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group"]),
            ("spec.rules.0.resourceRules.0.resources", &["spec.rules[0].resourceRules[0].resources: Required value: resource rules must supply at least one resource"]),
            ("spec.rules.0.nonResourceRules.0.verbs", &["spec.rules[0].nonResourceRules[0].verbs: Required value: verbs must contain at least one value"]),
            ("spec.rules.0.nonResourceRules.0.nonResourceURLs", &["spec.rules[0].nonResourceRules[0].nonResourceURLs: Required value: nonResourceURLs must contain at least one value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations",
        body: r#"{"spec":{"type":"Limited","limited":{"limitResponse":{"type":"Reject"}}}}"#,
        without: &[
            ("spec.type", &["spec.type: Required value"]),
            ("spec.limited.limitResponse.type", &["spec.limited.limitResponse.type: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/networking.k8s.io/v1/ingressclasses",
        body: r#"{"spec":{"controller":"example.org/c","parameters":{"kind":"K","name":"n"}}}"#,
        without: &[
            ("spec.parameters.kind", &["spec.parameters.kind: Required value"]),
            ("spec.parameters.name", &["spec.parameters.name: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/networking.k8s.io/v1/namespaces/NAMESPACE/ingresses",
        body: r#"{"spec":{"tls":[{"secretName":"s"}],"rules":[{"http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":80}}}},{"path":"/b","pathType":"Prefix","backend":{"resource":{"kind":"K","name":"n"}}}]}}]}}"#,
        without: &[
            ("spec.rules.0.http.paths", &["spec.rules[0].http.paths: Required value"]),
            ("spec.rules.0.http.paths.0.pathType", &["spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"]),
            ("spec.rules.0.http.paths.0.backend", &[r#"spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required"#]),
            ("spec.rules.0.http.paths.0.backend.service.name", &["spec.rules[0].http.paths[0].backend.service.name: Required value"]),
            ("spec.rules.0.http.paths.1.backend.resource.kind", &["spec.rules[0].http.paths[1].backend.resource.kind: Required value"]),
            ("spec.rules.0.http.paths.1.backend.resource.name", &["spec.rules[0].http.paths[1].backend.resource.name: Required value"]),
        ],
        bogus: &[
            ("spec.rules.0.http.paths.0.pathType", r#"spec.rules[0].http.paths[0].pathType: Unsupported value: "Bogus": supported values: "Exact", "ImplementationSpecific", "Prefix""#),
        ],
    },
    Trial {
        path: "/apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies",
        body: r#"{"spec":{"podSelector":{},"policyTypes":["Ingress"],"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8"}}],"ports":[{"port":80,"protocol":"TCP"}]}]}}"#,
        without: &[
            ("spec.ingress.0.from.0.ipBlock.cidr", &["spec.ingress[0].from[0].ipBlock.cidr: Required value"]),
        ],
        bogus: &[
            ("spec.ingress.0.ports.0.protocol", r#"spec.ingress[0].ports[0].protocol: Unsupported value: "Bogus": supported values: "TCP", "UDP", "SCTP""#),
            ("spec.policyTypes.0", r#"spec.policyTypes[0]: Unsupported value: "Bogus": supported values: "Ingress", "Egress""#),
        ],
    },
    Trial {
        path: "/apis/node.k8s.io/v1/runtimeclasses",
        body: r#"{"handler":"h","scheduling":{"tolerations":[{"key":"k","operator":"Exists"}]}}"#,
        without: &[
            ("handler", &["handler: Required value"]),
        ],
        bogus: &[
            ("scheduling.tolerations.0.operator", r#"scheduling.tolerations[0].operator: Unsupported value: "Bogus": supported values: "Equal", "Exists""#),
        ],
    },
    Trial {
        path: "/apis/policy/v1/namespaces/NAMESPACE/poddisruptionbudgets",
        body: r#"{"spec":{"minAvailable":1,"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]},"unhealthyPodEvictionPolicy":"AlwaysAllow"}}"#,
        without: &[
            ("spec.selector.matchExpressions.0.key", &[r#"spec.selector.matchExpressions[0].key: Invalid value: "": name part must be non-empty"#, r#"spec.selector.matchExpressions[0].key: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#]),
            ("spec.selector.matchExpressions.0.operator", &[r#"spec.selector.matchExpressions[0].operator: Invalid value: "": not a valid selector operator"#]),
        ],
        bogus: &[
            ("spec.unhealthyPodEvictionPolicy", r#"spec.unhealthyPodEvictionPolicy: Unsupported value: "Bogus": supported values: "AlwaysAllow", "IfHealthyBudget""#),
        ],
    },
    Trial {
        path: "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles",
        body: r#"{"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}"#,
        without: &[
            ("rules.0.verbs", &["rules[0].verbs: Required value: verbs must contain at least one value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        body: r#"{"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}],"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}}"#,
        without: &[
            ("rules.0.verbs", &["rules[0].verbs: Required value: verbs must contain at least one value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings",
        body: r#"{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"u","namespace":"x"}]}"#,
        without: &[
            ("subjects.0.kind", &[r#"subjects[0].kind: Unsupported value: "": supported values: "ServiceAccount", "User", "Group""#]),
            ("subjects.0.name", &["subjects[0].name: Required value"]),
            ("roleRef.kind", &[r#"roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole""#]),
            ("roleRef.name", &["roleRef.name: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        body: r#"{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"r"},"subjects":[{"kind":"User","name":"u"}]}"#,
        without: &[
            ("subjects.0.kind", &[r#"subjects[0].kind: Unsupported value: "": supported values: "ServiceAccount", "User", "Group""#]),
            ("subjects.0.name", &["subjects[0].name: Required value"]),
            ("roleRef.kind", &[r#"roleRef.kind: Unsupported value: "": supported values: "ClusterRole""#]),
            ("roleRef.name", &["roleRef.name: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/resource.k8s.io/v1/deviceclasses",
        body: r#"{"spec":{"selectors":[{"cel":{"expression":"true"}}],"config":[{"opaque":{"driver":"d.e","parameters":{}}}]}}"#,
        without: &[
            ("spec", &[]),
            ("spec.config.0.opaque.driver", &["spec.config[0].opaque.driver: Required value"]),
            ("spec.config.0.opaque.parameters", &["spec.config[0].opaque.parameters: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/resource.k8s.io/v1/namespaces/NAMESPACE/resourceclaims",
        body: r#"{"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"c","allocationMode":"ExactCount","count":1}},{"name":"s","firstAvailable":[{"name":"t","deviceClassName":"c"}]}],"constraints":[{"matchAttribute":"d.e/x"}]}}}"#,
        without: &[
            ("spec", &[]),
            ("spec.devices.requests.0.name", &[r#"spec.devices.requests[0].name: Invalid value: "": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"#]),
            ("spec.devices.requests.0.exactly.deviceClassName", &["spec.devices.requests[0].exactly.deviceClassName: Required value"]),
            ("spec.devices.requests.1.firstAvailable.0.name", &[r#"spec.devices.requests[1].firstAvailable[0].name: Invalid value: "": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"#]),
            ("spec.devices.requests.1.firstAvailable.0.deviceClassName", &["spec.devices.requests[1].firstAvailable[0].deviceClassName: Required value"]),
        ],
        bogus: &[
            ("spec.devices.requests.0.exactly.allocationMode", r#"spec.devices.requests[0].exactly.allocationMode: Unsupported value: "Bogus": supported values: "All", "ExactCount""#),
        ],
    },
    Trial {
        path: "/apis/resource.k8s.io/v1/namespaces/NAMESPACE/resourceclaimtemplates",
        body: r#"{"spec":{"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"c"}}]}}}}"#,
        without: &[
            ("spec", &[]),
            ("spec.spec", &[]),
            ("spec.spec.devices.requests.0.name", &[r#"spec.spec.devices.requests[0].name: Invalid value: "": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"#]),
            ("spec.spec.devices.requests.0.exactly.deviceClassName", &["spec.spec.devices.requests[0].exactly.deviceClassName: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/resource.k8s.io/v1/resourceslices",
        body: r#"{"spec":{"driver":"d.example.org","nodeName":"n","pool":{"name":"p","generation":1,"resourceSliceCount":1},"devices":[{"name":"a"}]}}"#,
        without: &[
            ("spec.driver", &["spec.driver: Required value"]),
            ("spec.pool.name", &["spec.pool.name: Required value"]),
            ("spec.pool.generation", &[]),
            ("spec.pool.resourceSliceCount", &["spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero"]),
            ("spec.devices.0.name", &[r#"spec.devices[0].name: Invalid value: "": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"#]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/storage.k8s.io/v1/csidrivers",
        body: r#"{"spec":{"volumeLifecycleModes":["Persistent"],"fsGroupPolicy":"File","tokenRequests":[{"audience":"a"}]}}"#,
        without: &[
            ("spec", &[]),
            ("spec.tokenRequests.0.audience", &[]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/storage.k8s.io/v1/csinodes",
        body: r#"{"spec":{"drivers":[{"name":"d","nodeID":"n"}]}}"#,
        without: &[
            ("spec", &[]),
            ("spec.drivers", &[]),
            ("spec.drivers.0.name", &["spec.drivers[0].name: Required value"]),
            ("spec.drivers.0.nodeID", &["spec.drivers[0].nodeID: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/storage.k8s.io/v1/namespaces/NAMESPACE/csistoragecapacities",
        body: r#"{"storageClassName":"s"}"#,
        without: &[
            ("storageClassName", &[r#"storageClassName: Invalid value: "": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/storage.k8s.io/v1/storageclasses",
        body: r#"{"provisioner":"p","reclaimPolicy":"Retain","volumeBindingMode":"Immediate","allowedTopologies":[{"matchLabelExpressions":[{"key":"a","values":["b"]}]}]}"#,
        without: &[
            ("provisioner", &["provisioner: Required value"]),
            ("allowedTopologies.0.matchLabelExpressions.0.key", &[r#"allowedTopologies[0].matchLabelExpressions[0].key: Invalid value: "": name part must be non-empty"#, r#"allowedTopologies[0].matchLabelExpressions[0].key: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#]),
            ("allowedTopologies.0.matchLabelExpressions.0.values", &["allowedTopologies[0].matchLabelExpressions[0].values: Required value"]),
        ],
        bogus: &[
            ("reclaimPolicy", r#"reclaimPolicy: Unsupported value: "Bogus": supported values: "Delete", "Retain""#),
            ("volumeBindingMode", r#"volumeBindingMode: Unsupported value: "Bogus": supported values: "Immediate", "WaitForFirstConsumer""#),
        ],
    },
    Trial {
        path: "/apis/storage.k8s.io/v1/volumeattachments",
        body: r#"{"spec":{"attacher":"a","nodeName":"n","source":{"persistentVolumeName":"v"}}}"#,
        without: &[
            ("spec.attacher", &["spec.attacher: Required value"]),
            ("spec.source", &["spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName"]),
            ("spec.nodeName", &[r#"spec.nodeName: Invalid value: "": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/storage.k8s.io/v1/volumeattributesclasses",
        body: r#"{"driverName":"d","parameters":{"a":"b"}}"#,
        without: &[
            ("driverName", &["driverName: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
        body: r#"{"webhooks":[{"name":"a.b.c","admissionReviewVersions":["v1"],"sideEffects":"None","failurePolicy":"Fail","matchPolicy":"Exact","clientConfig":{"url":"https://example.org"},"rules":[{"apiGroups":["none.example"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["nones"],"scope":"*"}],"matchConditions":[{"name":"n","expression":"true"}]},{"name":"a.b.d","admissionReviewVersions":["v1"],"sideEffects":"None","clientConfig":{"service":{"namespace":"n","name":"s"}},"rules":[{"apiGroups":["none.example"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["nones"],"scope":"*"}]}]}"#,
        without: &[
            ("webhooks.0.name", &["webhooks[0].name: Required value"]),
            ("webhooks.0.clientConfig", &["webhooks[0].clientConfig: Required value: exactly one of url or service is required"]),
            ("webhooks.0.sideEffects", &["webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun"]),
            ("webhooks.0.admissionReviewVersions", &["webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1"]),
            ("webhooks.0.matchConditions.0.name", &["webhooks[0].matchConditions[0].name: Required value"]),
            ("webhooks.0.matchConditions.0.expression", &["webhooks[0].matchConditions[0].expression: Required value"]),
        ],
        bogus: &[
            ("webhooks.0.failurePolicy", r#"webhooks[0].failurePolicy: Unsupported value: "Bogus": supported values: "Fail", "Ignore""#),
            ("webhooks.0.matchPolicy", r#"webhooks[0].matchPolicy: Unsupported value: "Bogus": supported values: "Equivalent", "Exact""#),
            ("webhooks.0.sideEffects", r#"webhooks[0].sideEffects: Unsupported value: "Bogus": supported values: "None", "NoneOnDryRun""#),
        ],
    },
    Trial {
        path: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
        body: r#"{"webhooks":[{"name":"a.b.c","admissionReviewVersions":["v1"],"sideEffects":"None","reinvocationPolicy":"Never","clientConfig":{"url":"https://example.org"},"rules":[{"apiGroups":["none.example"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["nones"],"scope":"*"}]}]}"#,
        without: &[
            ("webhooks.0.name", &["webhooks[0].name: Required value"]),
            ("webhooks.0.clientConfig", &["webhooks[0].clientConfig: Required value: exactly one of url or service is required"]),
            ("webhooks.0.sideEffects", &["webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun"]),
            ("webhooks.0.admissionReviewVersions", &["webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1"]),
        ],
        bogus: &[
            ("webhooks.0.rules.0.operations.0", r#"webhooks[0].rules[0].operations[0]: Unsupported value: "Bogus": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE""#),
            ("webhooks.0.rules.0.scope", r#"webhooks[0].rules[0].scope: Unsupported value: "Bogus": supported values: "*", "Cluster", "Namespaced""#),
            ("webhooks.0.sideEffects", r#"webhooks[0].sideEffects: Unsupported value: "Bogus": supported values: "None", "NoneOnDryRun""#),
            ("webhooks.0.reinvocationPolicy", r#"webhooks[0].reinvocationPolicy: Unsupported value: "Bogus": supported values: "IfNeeded", "Never""#),
        ],
    },
    Trial {
        path: "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
        body: r#"{"spec":{"failurePolicy":"Fail","paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"matchConstraints":{"resourceRules":[{"apiGroups":["none.example"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["nones"],"scope":"*"}],"matchPolicy":"Exact"},"validations":[{"expression":"true"}],"variables":[{"name":"v","expression":"1"}],"auditAnnotations":[{"key":"k","valueExpression":"'x'"}],"matchConditions":[{"name":"n","expression":"true"}]}}"#,
        without: &[
            ("spec.validations.0.expression", &["spec.validations[0].expression: Required value: expression is not specified"]),
            ("spec.auditAnnotations.0.valueExpression", &["spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not specified"]),
            ("spec.matchConditions.0.name", &["spec.matchConditions[0].name: Required value"]),
            ("spec.matchConditions.0.expression", &["spec.matchConditions[0].expression: Required value"]),
            ("spec.variables.0.name", &["spec.variables[0].name: Required value: name is not specified"]),
            ("spec.variables.0.expression", &["spec.variables[0].expression: Required value: expression is not specified"]),
        ],
        bogus: &[
            ("spec.matchConstraints.resourceRules.0.operations.0", r#"spec.matchConstraints.resourceRules[0].operations[0]: Unsupported value: "Bogus": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE""#),
            ("spec.matchConstraints.resourceRules.0.scope", r#"spec.matchConstraints.resourceRules[0].scope: Unsupported value: "Bogus": supported values: "*", "Cluster", "Namespaced""#),
            ("spec.matchConstraints.matchPolicy", r#"spec.matchConstraints.matchPolicy: Unsupported value: "Bogus": supported values: "Equivalent", "Exact""#),
            ("spec.failurePolicy", r#"spec.failurePolicy: Unsupported value: "Bogus": supported values: "Fail", "Ignore""#),
        ],
    },
    Trial {
        path: "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
        body: r#"{"spec":{"policyName":"none","validationActions":["Deny"],"paramRef":{"name":"x","parameterNotFoundAction":"Deny"}}}"#,
        without: &[
            ("spec.policyName", &["spec.policyName: Required value"]),
            ("spec.validationActions", &["spec.validationActions: Required value: at least one validation action is required"]),
        ],
        bogus: &[
            ("spec.validationActions.0", r#"spec.validationActions[0]: Unsupported value: "Bogus": supported values: "Audit", "Deny", "Warn""#),
        ],
    },
    Trial {
        path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        body: r#"{"metadata":{"name":"ws.x.io"},"spec":{"group":"x.io","names":{"plural":"ws","kind":"W"},"scope":"Namespaced","conversion":{"strategy":"None"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}},"additionalPrinterColumns":[{"name":"n","type":"string","jsonPath":".x"}],"subresources":{"scale":{"specReplicasPath":".spec.r","statusReplicasPath":".status.r"}}}]}}"#,
        without: &[
            ("spec.scope", &["spec.scope: Required value"]),
            ("spec.versions.0.served", &[]),
            ("spec.conversion.strategy", &["spec.conversion.strategy: Required value"]),
        ],
        bogus: &[
        ],
    },
    Trial {
        path: "/apis/apiregistration.k8s.io/v1/apiservices",
        body: r#"{"metadata":{"name":"v1.x.io"},"spec":{"group":"x.io","version":"v1","groupPriorityMinimum":10,"versionPriority":10,"service":{"namespace":"n","name":"s"},"insecureSkipTLSVerify":true}}"#,
        without: &[
            ("spec.groupPriorityMinimum", &["spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000"]),
            ("spec.versionPriority", &["spec.versionPriority: Invalid value: 0: must be positive and less than 1000"]),
        ],
        bogus: &[
        ],
    },
];
