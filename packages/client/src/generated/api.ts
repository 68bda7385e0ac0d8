// Generated from openapi.json by apps/server/src/openapi.test.ts: npm run generate rewrites it.

export interface paths {
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Measurements in Prometheus's text form */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the service lives */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the service accepts work */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/predict": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Finds objects in images
         * @description Parameters go in the form, in the JSON, or in the address, with the names that lookonce predict has.
         */
        post: operations["predict"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/track/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists sessions */
        get: operations["listSessions"];
        put?: never;
        /** Opens a session, whose frames are tracked */
        post: operations["openSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/track/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a session has counted */
        get: operations["describeSession"];
        put?: never;
        post?: never;
        /** Ends a session */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/track/sessions/{id}/frames": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tracks the next frames of a session
         * @description One image or several, in their order, sent as to /v1/predict.
         */
        post: operations["trackFrames"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/track": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tracks the objects of a video
         * @description Answers with a line of JSON for each frame as it is tracked, and a last line with `done`, or `error` where a frame failed. Needs ffmpeg.
         */
        post: operations["trackVideo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists models */
        get: operations["listModels"];
        put?: never;
        /** Loads a model in every worker */
        post: operations["loadModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes a model's layers and its head */
        get: operations["describeModel"];
        put?: never;
        post?: never;
        /** Unloads a model, after what waits for it */
        delete: operations["unloadModel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the queue that jobs are handed over to, and its workers */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            queue?: string;
                            version?: string;
                            states?: {
                                [key: string]: number;
                            };
                            runs?: {
                                run?: string;
                                /** @enum {string} */
                                kind?: "predict" | "val" | "trial" | "service";
                                parts?: number;
                                states?: {
                                    [key: string]: number;
                                };
                            }[];
                            jobs?: {
                                id?: string;
                                run?: string;
                                /** @enum {string} */
                                kind?: "predict" | "val" | "trial" | "service";
                                part?: number;
                                parts?: number;
                                state?: string;
                                priority?: string;
                                /** @description milliseconds since 1970 */
                                created?: number;
                                /** @description milliseconds since 1970 */
                                started?: number;
                                /** @description milliseconds since 1970 */
                                ended?: number;
                                attempts?: number;
                                progress?: {
                                    done?: number;
                                    total?: number;
                                    unit?: string;
                                };
                                /** @description why its last attempt failed */
                                reason?: string;
                                /** @description the one that has it, or had it last */
                                worker?: string;
                                /** @description its id in GET /v1/jobs, where it is one of this service */
                                job?: string;
                                title?: string;
                            }[];
                            workers?: {
                                id?: string;
                                host?: string;
                                pid?: number;
                                version?: string;
                                /** @description milliseconds since 1970 */
                                since?: number;
                                /** @description milliseconds since 1970 */
                                seen?: number;
                                device?: string;
                                concurrency?: number;
                                completed?: number;
                                failed?: number;
                                active?: string[];
                                cpus?: number;
                                load?: number;
                                freeMemory?: number;
                                memory?: number;
                            }[];
                        };
                    };
                };
                /** @description jobs run in the service itself */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queue/runs/{run}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets the failed jobs of a run be attempted again */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    run: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description how many were concerned */
                            jobs?: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queue/runs/{run}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels a run */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    run: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description how many were concerned */
                            jobs?: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists jobs, newest first */
        get: {
            parameters: {
                query?: {
                    state?: "queued" | "running" | "succeeded" | "failed" | "canceled" | "interrupted";
                    /** @description only jobs older than this one */
                    before?: number;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            jobs?: {
                                id?: string;
                                /** @enum {string} */
                                kind?: "train" | "val" | "export";
                                /** @enum {string} */
                                state?: "queued" | "running" | "succeeded" | "failed" | "canceled" | "interrupted";
                                /** Format: date-time */
                                created?: string;
                                /** Format: date-time */
                                started?: string;
                                /** Format: date-time */
                                ended?: string;
                                model?: string;
                                data?: string;
                                options?: {
                                    [key: string]: unknown;
                                };
                                /**
                                 * @description how soon it is started: before or after others that wait
                                 * @default normal
                                 * @enum {string}
                                 */
                                priority: "high" | "normal" | "low";
                                /** @description its name in GET /v1/runs, once it has started */
                                run?: string;
                                /** @description how often it was started: more than once where it was interrupted */
                                starts?: number;
                                /** @description the machine that computes it, where a worker of a queue does */
                                worker?: string;
                                /** @description why its state is kept in memory alone, while the disk is full or fails */
                                warning?: string;
                                /** @description whether it was asked to end */
                                canceling?: boolean;
                                /** @description counted from 1 */
                                progress?: {
                                    epoch?: number;
                                    epochs?: number;
                                    batch?: number;
                                    batches?: number;
                                };
                                result?: {
                                    [key: string]: unknown;
                                };
                                error?: {
                                    code?: string;
                                    message?: string;
                                };
                                /** @description files of its run; not in lists of jobs */
                                artifacts?: {
                                    /** @description for /v1/jobs/{id}/artifacts/ */
                                    name?: string;
                                    bytes?: number;
                                    /** @description content type */
                                    type?: string;
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Adds a job: a training, a validation or an export */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        kind: "train";
                        /** @description a loaded model, a file in the model folders or of a run, or a shipped model file such as yolov8n.yaml */
                        model: string;
                        /** @description a data set of GET /v1/datasets; needed by train and val */
                        data: string;
                        options?: {
                            /**
                             * Epochs
                             * @description epochs to train (default: 100)
                             * @default 100
                             */
                            epochs?: number;
                            /**
                             * Image size
                             * @description longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default (default: 640)
                             */
                            imgsz?: number;
                            /**
                             * Batch
                             * @description images per batch; -1 finds the largest that fits into memory (default: 16)
                             * @default 16
                             */
                            batch?: number;
                            /** @description train in mixed precision (default: on GPUs that are faster so) */
                            amp?: boolean;
                            /**
                             * @description validate after every epoch, only the last, or never (default: every)
                             * @default every
                             * @enum {string}
                             */
                            val?: "every" | "last" | "never";
                            /**
                             * Patience
                             * @description epochs without improvement after which training stops; 0 never stops (default: 100)
                             * @default 100
                             */
                            patience?: number;
                            /** @description hours after which training stops (default: no limit) */
                            time?: number;
                            /**
                             * @description save a checkpoint every n epochs; 0 saves none but the last and the best (default: 0)
                             * @default 0
                             */
                            save_period?: number;
                            /**
                             * Freeze layers
                             * @description layers to freeze: 10 is the first ten, 0,1,2 are these
                             */
                            freeze?: number | number[];
                            /**
                             * @description batches of images of similar shape, without shuffling, mosaic, MixUp and CutMix (default: false)
                             * @default false
                             */
                            rect?: boolean;
                            /**
                             * @description vary the image size from batch to batch, ±50 % (default: false)
                             * @default false
                             */
                            multi_scale?: boolean;
                            /**
                             * @description sample images with classes of low mAP more often (default: false)
                             * @default false
                             */
                            image_weights?: boolean;
                            /**
                             * @description treat all objects as one class (default: false)
                             * @default false
                             */
                            single_cls?: boolean;
                            /**
                             * Share of data
                             * @description share of the training images to use (default: 1)
                             * @default 1
                             */
                            fraction?: number;
                            /**
                             * Seed
                             * @description seed of the order of images, augmentation and random weights (default: 0)
                             * @default 0
                             */
                            seed?: number;
                            /**
                             * Reading threads
                             * @description threads that decode and augment (default: one fewer than cores)
                             */
                            workers?: number;
                            /**
                             * @description where decoded images are cached (default: auto)
                             * @default auto
                             * @enum {string}
                             */
                            cache?: "auto" | "ram" | "disk" | "none";
                            /**
                             * @description fit YOLOv5's anchors to the data set where they do not fit (AutoAnchor) (default: true)
                             * @default true
                             */
                            auto_anchor?: boolean;
                            /**
                             * @description plot labels, batches, results and the validation of the best weights (default: true)
                             * @default true
                             */
                            plots?: boolean;
                            /**
                             * @description write an event file for TensorBoard (default: true)
                             * @default true
                             */
                            tensorboard?: boolean;
                            /**
                             * Optimizer
                             * @description optimizer (default: auto, YOLOv5 SGD)
                             * @enum {string}
                             */
                            optimizer?: "auto" | "SGD" | "MuSGD" | "Adam" | "AdamW" | "NAdam" | "RAdam" | "RMSProp";
                            /**
                             * Learning rate
                             * @description learning rate after warm-up (default: 0.01)
                             */
                            lr0?: number;
                            /** @description final learning rate as a fraction of lr0 (default: 0.01) */
                            lrf?: number;
                            /** @description let the learning rate fall along a cosine (default: false) */
                            cos_lr?: boolean;
                            /** @description momentum of SGD, β₁ of Adam (default: 0.937) */
                            momentum?: number;
                            /** @description weight decay (default: 0.0005) */
                            weight_decay?: number;
                            /** @description epochs of warm-up (default: 3) */
                            warmup_epochs?: number;
                            /** @description momentum at the start of warm-up (default: 0.8) */
                            warmup_momentum?: number;
                            /** @description learning rate of biases at the start of warm-up (default: 0.1) */
                            warmup_bias_lr?: number;
                            /** @description nominal batch size: gradients of smaller batches are accumulated up to it (default: 64) */
                            nbs?: number;
                            /** @description gain of the box loss (default: 7.5, YOLOv5 0.05) */
                            box?: number;
                            /** @description gain of the class loss (default: 0.5) */
                            cls?: number;
                            /** @description gain of the distribution focal loss (default: YOLOv8 to YOLO26 1.5) */
                            dfl?: number;
                            /** @description gain of the keypoints' loss (default: YOLOv8 to YOLO26 12) */
                            pose?: number;
                            /** @description gain of the keypoints' visibility (default: YOLOv8 to YOLO26 1) */
                            kobj?: number;
                            /** @description gain of the objectness loss (default: YOLOv5 1) */
                            obj?: number;
                            /** @description weight of positives in the class loss (default: YOLOv5 1) */
                            cls_pw?: number;
                            /** @description weight of positives in the objectness loss (default: YOLOv5 1) */
                            obj_pw?: number;
                            /** @description exponent of the focal loss; 0 turns it off (default: YOLOv5 0) */
                            fl_gamma?: number;
                            /** @description largest ratio of a target's side to an anchor's (default: YOLOv5 4) */
                            anchor_t?: number;
                            /** @description anchors per level, fitted to the data set (YOLOv5) (default: the model's own) */
                            anchors?: number;
                            /** @description label smoothing (YOLOv5) (default: 0) */
                            label_smoothing?: number;
                            /** @description largest change of hue, as a fraction of the color circle (default: 0.015) */
                            hsv_h?: number;
                            /** @description largest change of saturation, as a fraction of it (default: 0.7) */
                            hsv_s?: number;
                            /** @description largest change of brightness, as a fraction of it (default: 0.4) */
                            hsv_v?: number;
                            /** @description largest rotation, in degrees (default: 0) */
                            degrees?: number;
                            /** @description largest translation as a fraction of the side (default: 0.1) */
                            translate?: number;
                            /** @description largest change of scale: factors are from 1 − scale to 1 + scale (default: 0.5) */
                            scale?: number;
                            /** @description largest shear, in degrees (default: 0) */
                            shear?: number;
                            /** @description largest perspective coefficient per pixel; up to 0.001 is sensible (default: 0) */
                            perspective?: number;
                            /** @description probability of a vertical flip (default: 0) */
                            flipud?: number;
                            /** @description probability of a horizontal flip (default: 0.5) */
                            fliplr?: number;
                            /** @description probability of swapping red and blue (default: YOLOv8 to YOLO26 0) */
                            bgr?: number;
                            /** @description probability of a mosaic (default: 1) */
                            mosaic?: number;
                            /** @description probability of MixUp (default: 0) */
                            mixup?: number;
                            /** @description probability of CutMix (default: YOLOv8 to YOLO26 0) */
                            cutmix?: number;
                            /** @description probability that objects with outlines are copied (default: 0) */
                            copy_paste?: number;
                            /**
                             * @description policy of color and geometry changes (classify) (default: YOLOv8 to YOLO26 randaugment)
                             * @enum {string}
                             */
                            auto_augment?: "randaugment" | "autoaugment" | "augmix" | "none";
                            /** @description probability that a part of the image is erased (classify) (default: YOLOv8 to YOLO26 0.4) */
                            erasing?: number;
                            /** @description last epochs without mosaic (default: 10, YOLOv5 0) */
                            close_mosaic?: number;
                            /** @description minimum iterations of warm-up: 100 in YOLOv8 8.3; 0 (8.4) has no minimum and never warms up in the last epoch (default: 0, YOLOv5 100) */
                            warmup_iterations?: number;
                            /** @description masks of an image share one map, smaller objects on top; otherwise each object has its own (default: true) */
                            overlap_mask?: boolean;
                            /** @description how many times smaller than the images masks are that are learned (default: 4) */
                            mask_ratio?: number;
                            /** @description share of the features that classification drops while training (default: 0) */
                            dropout?: number;
                            /**
                             * @description weights of the levels' objectness loss (default: YOLOv5 fixed)
                             * @enum {string}
                             */
                            balance?: "fixed" | "auto" | "learned";
                            /**
                             * @description where copied objects come from: the mirrored image, or another one (default: YOLOv8 to YOLO26 flip)
                             * @enum {string}
                             */
                            copy_paste_mode?: "flip" | "mixup";
                        };
                        /**
                         * @description how soon it is started: before or after others that wait
                         * @default normal
                         * @enum {string}
                         */
                        priority?: "high" | "normal" | "low";
                    } | {
                        /** @enum {string} */
                        kind: "val";
                        /** @description a loaded model, a file in the model folders or of a run, or a shipped model file such as yolov8n.yaml */
                        model: string;
                        /** @description a data set of GET /v1/datasets; needed by train and val */
                        data: string;
                        options?: {
                            /**
                             * @description split of the data set (default: val)
                             * @default val
                             * @enum {string}
                             */
                            split?: "val" | "test" | "train";
                            /**
                             * Image size
                             * @description longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one (default: 640)
                             */
                            imgsz?: number;
                            /**
                             * Batch
                             * @description images per batch (default: 16)
                             * @default 16
                             */
                            batch?: number;
                            /** @description detections need a confidence above this (default: 0.001) */
                            conf?: number;
                            /** @description of two boxes of a class with an IoU above this, the one with the lower confidence is dropped (default: 0.7, YOLOv5 0.6) */
                            iou?: number;
                            /** @description maximum detections per image (default: 300) */
                            max_det?: number;
                            /**
                             * @description suppress duplicates; false: use the one-to-one branch of YOLO26 and YOLOv10, which finds each object once (default: true)
                             * @default true
                             */
                            nms?: boolean;
                            /**
                             * @description batches of images of similar shape, with little padding (default: true)
                             * @default true
                             */
                            rect?: boolean;
                            /**
                             * @description treat all objects as one class (default: false)
                             * @default false
                             */
                            single_cls?: boolean;
                            /** @description threads that read images ahead (default: one fewer than cores) */
                            workers?: number;
                            /**
                             * @description plot the confusion matrix, curves, and labels and detections of the first batches (default: true)
                             * @default true
                             */
                            plots?: boolean;
                            /**
                             * @description save predictions.json in the format of COCO's evaluation (default: false)
                             * @default false
                             */
                            save_json?: boolean;
                            /**
                             * @description with save_json: number categories as COCO's annotations, 1 to 90 (default: false)
                             * @default false
                             */
                            coco_ids?: boolean;
                            /**
                             * @description save detections as label files in labels/ (default: false)
                             * @default false
                             */
                            save_txt?: boolean;
                            /**
                             * @description with confidences in the label files (default: false)
                             * @default false
                             */
                            save_conf?: boolean;
                        };
                        /**
                         * @description how soon it is started: before or after others that wait
                         * @default normal
                         * @enum {string}
                         */
                        priority?: "high" | "normal" | "low";
                    } | {
                        /** @enum {string} */
                        kind: "export";
                        /** @description a loaded model, a file in the model folders or of a run, or a shipped model file such as yolov8n.yaml */
                        model: string;
                        /** @description a data set of GET /v1/datasets; needed by train and val */
                        data?: string;
                        options?: {
                            /**
                             * @description format; on the command line several with commas between (default: by the file's ending, else onnx)
                             * @enum {string}
                             */
                            format?: "onnx" | "tfjs" | "saved_model" | "safetensors" | "torch";
                            /** @description side of the images, or height and width, in pixels; rounded up to the model's stride; by default that of the model's training, where its file names one (default: 640) */
                            imgsz?: number | number[];
                            /** @description images per batch (default: 1) */
                            batch?: number;
                            /**
                             * @description any number of images, with onnx also of any size (onnx, tfjs, saved_model) (default: false)
                             * @default false
                             */
                            dynamic?: boolean;
                            /**
                             * @description half precision: files of half the size (default: false)
                             * @default false
                             */
                            half?: boolean;
                            /**
                             * @description 8 bits: files of a quarter of the size (onnx with data, tfjs) (default: false)
                             * @default false
                             */
                            int8?: boolean;
                            /** @description with int8: share of these images (default: at most 300 images) */
                            fraction?: number;
                            /** @description true: suppression inside the graph, which then outputs boxes; false: of YOLO26 and YOLOv10 the one-to-one branch, which outputs boxes, too (onnx) (default: neither: predictions of all anchors) */
                            nms?: boolean;
                            /** @description with nms: boxes need a confidence above this (default: 0.25) */
                            conf?: number;
                            /** @description with nms: of two boxes with an IoU above this, the one with the lower confidence is dropped (default: 0.7, YOLOv5 0.45) */
                            iou?: number;
                            /** @description with nms=true or false: maximum boxes per image (default: 300) */
                            max_det?: number;
                            /**
                             * @description with nms: let boxes of different classes suppress each other (default: false)
                             * @default false
                             */
                            agnostic_nms?: boolean;
                            /** @description version of ONNX's operators (onnx) (default: 17) */
                            opset?: number;
                        };
                        /**
                         * @description how soon it is started: before or after others that wait
                         * @default normal
                         * @enum {string}
                         */
                        priority?: "high" | "normal" | "low";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id?: string;
                            /** @enum {string} */
                            kind?: "train" | "val" | "export";
                            /** @enum {string} */
                            state?: "queued" | "running" | "succeeded" | "failed" | "canceled" | "interrupted";
                            /** Format: date-time */
                            created?: string;
                            /** Format: date-time */
                            started?: string;
                            /** Format: date-time */
                            ended?: string;
                            model?: string;
                            data?: string;
                            options?: {
                                [key: string]: unknown;
                            };
                            /**
                             * @description how soon it is started: before or after others that wait
                             * @default normal
                             * @enum {string}
                             */
                            priority: "high" | "normal" | "low";
                            /** @description its name in GET /v1/runs, once it has started */
                            run?: string;
                            /** @description how often it was started: more than once where it was interrupted */
                            starts?: number;
                            /** @description the machine that computes it, where a worker of a queue does */
                            worker?: string;
                            /** @description why its state is kept in memory alone, while the disk is full or fails */
                            warning?: string;
                            /** @description whether it was asked to end */
                            canceling?: boolean;
                            /** @description counted from 1 */
                            progress?: {
                                epoch?: number;
                                epochs?: number;
                                batch?: number;
                                batches?: number;
                            };
                            result?: {
                                [key: string]: unknown;
                            };
                            error?: {
                                code?: string;
                                message?: string;
                            };
                            /** @description files of its run; not in lists of jobs */
                            artifacts?: {
                                /** @description for /v1/jobs/{id}/artifacts/ */
                                name?: string;
                                bytes?: number;
                                /** @description content type */
                                type?: string;
                            }[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes the state of a job, and its files */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description of the job */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id?: string;
                            /** @enum {string} */
                            kind?: "train" | "val" | "export";
                            /** @enum {string} */
                            state?: "queued" | "running" | "succeeded" | "failed" | "canceled" | "interrupted";
                            /** Format: date-time */
                            created?: string;
                            /** Format: date-time */
                            started?: string;
                            /** Format: date-time */
                            ended?: string;
                            model?: string;
                            data?: string;
                            options?: {
                                [key: string]: unknown;
                            };
                            /**
                             * @description how soon it is started: before or after others that wait
                             * @default normal
                             * @enum {string}
                             */
                            priority: "high" | "normal" | "low";
                            /** @description its name in GET /v1/runs, once it has started */
                            run?: string;
                            /** @description how often it was started: more than once where it was interrupted */
                            starts?: number;
                            /** @description the machine that computes it, where a worker of a queue does */
                            worker?: string;
                            /** @description why its state is kept in memory alone, while the disk is full or fails */
                            warning?: string;
                            /** @description whether it was asked to end */
                            canceling?: boolean;
                            /** @description counted from 1 */
                            progress?: {
                                epoch?: number;
                                epochs?: number;
                                batch?: number;
                                batches?: number;
                            };
                            result?: {
                                [key: string]: unknown;
                            };
                            error?: {
                                code?: string;
                                message?: string;
                            };
                            /** @description files of its run; not in lists of jobs */
                            artifacts?: {
                                /** @description for /v1/jobs/{id}/artifacts/ */
                                name?: string;
                                bytes?: number;
                                /** @description content type */
                                type?: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a job; what it has written stays */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description of the job */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id?: string;
                            /** @enum {string} */
                            kind?: "train" | "val" | "export";
                            /** @enum {string} */
                            state?: "queued" | "running" | "succeeded" | "failed" | "canceled" | "interrupted";
                            /** Format: date-time */
                            created?: string;
                            /** Format: date-time */
                            started?: string;
                            /** Format: date-time */
                            ended?: string;
                            model?: string;
                            data?: string;
                            options?: {
                                [key: string]: unknown;
                            };
                            /**
                             * @description how soon it is started: before or after others that wait
                             * @default normal
                             * @enum {string}
                             */
                            priority: "high" | "normal" | "low";
                            /** @description its name in GET /v1/runs, once it has started */
                            run?: string;
                            /** @description how often it was started: more than once where it was interrupted */
                            starts?: number;
                            /** @description the machine that computes it, where a worker of a queue does */
                            worker?: string;
                            /** @description why its state is kept in memory alone, while the disk is full or fails */
                            warning?: string;
                            /** @description whether it was asked to end */
                            canceling?: boolean;
                            /** @description counted from 1 */
                            progress?: {
                                epoch?: number;
                                epochs?: number;
                                batch?: number;
                                batches?: number;
                            };
                            result?: {
                                [key: string]: unknown;
                            };
                            error?: {
                                code?: string;
                                message?: string;
                            };
                            /** @description files of its run; not in lists of jobs */
                            artifacts?: {
                                /** @description for /v1/jobs/{id}/artifacts/ */
                                name?: string;
                                bytes?: number;
                                /** @description content type */
                                type?: string;
                            }[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts a failed or canceled job again; a training resumes */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description of the job */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id?: string;
                            /** @enum {string} */
                            kind?: "train" | "val" | "export";
                            /** @enum {string} */
                            state?: "queued" | "running" | "succeeded" | "failed" | "canceled" | "interrupted";
                            /** Format: date-time */
                            created?: string;
                            /** Format: date-time */
                            started?: string;
                            /** Format: date-time */
                            ended?: string;
                            model?: string;
                            data?: string;
                            options?: {
                                [key: string]: unknown;
                            };
                            /**
                             * @description how soon it is started: before or after others that wait
                             * @default normal
                             * @enum {string}
                             */
                            priority: "high" | "normal" | "low";
                            /** @description its name in GET /v1/runs, once it has started */
                            run?: string;
                            /** @description how often it was started: more than once where it was interrupted */
                            starts?: number;
                            /** @description the machine that computes it, where a worker of a queue does */
                            worker?: string;
                            /** @description why its state is kept in memory alone, while the disk is full or fails */
                            warning?: string;
                            /** @description whether it was asked to end */
                            canceling?: boolean;
                            /** @description counted from 1 */
                            progress?: {
                                epoch?: number;
                                epochs?: number;
                                batch?: number;
                                batches?: number;
                            };
                            result?: {
                                [key: string]: unknown;
                            };
                            error?: {
                                code?: string;
                                message?: string;
                            };
                            /** @description files of its run; not in lists of jobs */
                            artifacts?: {
                                /** @description for /v1/jobs/{id}/artifacts/ */
                                name?: string;
                                bytes?: number;
                                /** @description content type */
                                type?: string;
                            }[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follows a job: state, batch, epoch, log and artifact as server-sent events */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description of the job */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description events */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": string;
                    };
                };
                /** @description the job is over, and there is no event after Last-Event-ID */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/artifacts/{*}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sends a file of a job's run: weights, results.csv, images */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    "*": string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists runs, newest first */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            runs?: {
                                name?: string;
                                /** Format: date-time */
                                created?: string;
                                /** @description epochs that were finished */
                                epochs?: number;
                                /** @description scores of the fittest epoch */
                                best?: {
                                    epoch?: number;
                                    map50?: number;
                                    map50_95?: number;
                                    fitness?: number;
                                };
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a run's settings, curves and images */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name?: string;
                            /** Format: date-time */
                            created?: string;
                            /** @description epochs that were finished */
                            epochs?: number;
                            /** @description scores of the fittest epoch */
                            best?: {
                                epoch?: number;
                                map50?: number;
                                map50_95?: number;
                                fitness?: number;
                            };
                            /** @description the contents of args.yaml */
                            args?: {
                                [key: string]: unknown;
                            };
                            /** @description columns of results.csv */
                            columns?: string[];
                            rows?: (number | null)[][];
                            /** @description names for /v1/runs/{name}/files/ */
                            images?: string[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{name}/files/{*}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a file of a run: weights, results.csv, images */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    "*": string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/datasets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the data sets that jobs may use */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            datasets?: {
                                id?: string;
                                file?: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Why a request was refused: a code for programs and one sentence for people */
        Error: {
            error: {
                code: string;
                message: string;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        status?: string;
                        /** @description What is wrong with jobs, where something is; predictions go on */
                        jobs?: string;
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        status?: string;
                        /** @description What is wrong with jobs, where something is; predictions go on */
                        jobs?: string;
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    predict: {
        parameters: {
            query?: {
                /** @description a model of GET /v1/models; default: the first */
                model?: string;
                /** @description longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one (default: 640) */
                imgsz?: number;
                /** @description detections need a confidence above this (default: 0.25) */
                conf?: number;
                /** @description of two boxes of a class with an IoU above this, the one with the lower confidence is dropped (default: 0.7, YOLOv5 0.45) */
                iou?: number;
                /** @description maximum detections per image (default: 300) */
                max_det?: number;
                /** @description suppress duplicates; false: use the one-to-one branch of YOLO26 and YOLOv10, which finds each object once (default: true) */
                nms?: boolean;
                /** @description numbers of the classes to detect (default: all); in an address or a form 0,2,5 */
                classes?: number[];
                /** @description let boxes of different classes suppress each other (default: false) */
                agnostic_nms?: boolean;
                /** @description test-time augmentation: detect in the image, mirrored at 83 %, and at 67 % of its size (default: false) */
                augment?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    image: Blob[];
                    /** @description a model of GET /v1/models; default: the first */
                    model?: string;
                    /**
                     * Image size
                     * @description longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one (default: 640)
                     */
                    imgsz?: number;
                    /** @description detections need a confidence above this (default: 0.25) */
                    conf?: number;
                    /** @description of two boxes of a class with an IoU above this, the one with the lower confidence is dropped (default: 0.7, YOLOv5 0.45) */
                    iou?: number;
                    /** @description maximum detections per image (default: 300) */
                    max_det?: number;
                    /** @description suppress duplicates; false: use the one-to-one branch of YOLO26 and YOLOv10, which finds each object once (default: true) */
                    nms?: boolean;
                    /** @description numbers of the classes to detect (default: all); in an address or a form 0,2,5 */
                    classes?: number[];
                    /** @description let boxes of different classes suppress each other (default: false) */
                    agnostic_nms?: boolean;
                    /** @description test-time augmentation: detect in the image, mirrored at 83 %, and at 67 % of its size (default: false) */
                    augment?: boolean;
                };
                "application/json": {
                    images: string[];
                    /** @description a model of GET /v1/models; default: the first */
                    model?: string;
                    /**
                     * Image size
                     * @description longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one (default: 640)
                     */
                    imgsz?: number;
                    /** @description detections need a confidence above this (default: 0.25) */
                    conf?: number;
                    /** @description of two boxes of a class with an IoU above this, the one with the lower confidence is dropped (default: 0.7, YOLOv5 0.45) */
                    iou?: number;
                    /** @description maximum detections per image (default: 300) */
                    max_det?: number;
                    /** @description suppress duplicates; false: use the one-to-one branch of YOLO26 and YOLOv10, which finds each object once (default: true) */
                    nms?: boolean;
                    /** @description numbers of the classes to detect (default: all); in an address or a form 0,2,5 */
                    classes?: number[];
                    /** @description let boxes of different classes suppress each other (default: false) */
                    agnostic_nms?: boolean;
                    /** @description test-time augmentation: detect in the image, mirrored at 83 %, and at 67 % of its size (default: false) */
                    augment?: boolean;
                };
                "image/*": Blob;
                "application/octet-stream": Blob;
            };
        };
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "model": "yolo11n",
                     *       "images": [
                     *         {
                     *           "width": 810,
                     *           "height": 1080,
                     *           "speed": {
                     *             "preprocess": 4,
                     *             "inference": 31,
                     *             "postprocess": 1
                     *           },
                     *           "boxes": [
                     *             {
                     *               "x1": 48.5,
                     *               "y1": 398.1,
                     *               "x2": 245.2,
                     *               "y2": 902.7,
                     *               "confidence": 0.89,
                     *               "class": 0,
                     *               "name": "person"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "queue_ms": 0,
                     *       "total_ms": 41
                     *     }
                     */
                    "application/json": {
                        /** @description The model that was used */
                        model: string;
                        /** @description In the order of the request */
                        images: {
                            /** @description Of the image, in pixels, the right way up */
                            width?: number;
                            height?: number;
                            speed?: {
                                /** @description Milliseconds */
                                preprocess?: number;
                                /** @description Milliseconds */
                                inference?: number;
                                /** @description Milliseconds */
                                postprocess?: number;
                            };
                            /** @description Best first; corners in pixels of the image */
                            boxes?: {
                                /** @description Left side, in pixels of the image */
                                x1: number;
                                /** @description Upper side */
                                y1: number;
                                /** @description Right side */
                                x2: number;
                                /** @description Lower side */
                                y2: number;
                                /** @description Number of the class */
                                class: number;
                                /** @description Name of the class */
                                name: string;
                                /** @description From 0 to 1 */
                                confidence: number;
                                /** @description Of segmentation: the outline of the mask, in pixels of the image */
                                segments?: {
                                    x?: number[];
                                    y?: number[];
                                };
                                /** @description Of pose estimation: the points, in pixels of the image, and how certainly each is visible, 0 to 1 */
                                keypoints?: {
                                    x?: number[];
                                    y?: number[];
                                    visible?: number[];
                                };
                                /** @description Of oriented boxes: center, sides, angle in radians (clockwise, of the width), the four corners */
                                obb?: {
                                    x?: number;
                                    y?: number;
                                    width?: number;
                                    height?: number;
                                    angle?: number;
                                    corners?: number[][];
                                };
                            }[];
                            /** @description Of classifiers: the most probable classes, best first; there are no boxes then */
                            top5?: {
                                /** @description Number of the class */
                                class: number;
                                /** @description Name of the class */
                                name: string;
                                /** @description From 0 to 1 */
                                confidence: number;
                            }[];
                            /** @description Why this image of several could not be read; it has nothing else then */
                            error?: {
                                code?: string;
                                message?: string;
                            };
                        }[];
                        /** @description Milliseconds that the images waited */
                        queue_ms: number;
                        /** @description Milliseconds from the request's first byte to the answer */
                        total_ms: number;
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        sessions?: {
                            id: string;
                            model: string;
                            tracker: string;
                            /** @description Frames that were tracked */
                            frames: number;
                            /** @description Objects that are tracked or can be found again */
                            objects: number;
                            /** @description Seconds since the last frame */
                            idle_s: number;
                            /** @description Seconds without a frame after which it ends */
                            timeout_s: number;
                            /** @description By class: how many crossed each line so far, and how many are in each zone */
                            counts?: {
                                lines?: {
                                    [key: string]: {
                                        in?: {
                                            [key: string]: number;
                                        };
                                        out?: {
                                            [key: string]: number;
                                        };
                                    };
                                };
                                zones?: {
                                    [key: string]: {
                                        [key: string]: number;
                                    };
                                };
                            };
                        }[];
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    openSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description a model of GET /v1/models; default: the first */
                    model?: string;
                    /**
                     * Image size
                     * @description longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default; by default that of the model's training, where its file names one (default: 640)
                     */
                    imgsz?: number;
                    /** @description detections need a confidence above this; weak ones continue tracks only (default: 0.1) */
                    conf?: number;
                    /** @description of two boxes of a class with an IoU above this, the one with the lower confidence is dropped (default: 0.7, YOLOv5 0.45) */
                    iou?: number;
                    /** @description maximum detections per image (default: 300) */
                    max_det?: number;
                    /** @description suppress duplicates; false: use the one-to-one branch of YOLO26 and YOLOv10, which finds each object once (default: true) */
                    nms?: boolean;
                    /** @description numbers of the classes to detect (default: all); in an address or a form 0,2,5 */
                    classes?: number[];
                    /** @description let boxes of different classes suppress each other (default: false) */
                    agnostic_nms?: boolean;
                    /** @description test-time augmentation: detect in the image, mirrored at 83 %, and at 67 % of its size (default: false) */
                    augment?: boolean;
                    /** @description bytetrack, botsort, or settings with the keys of their YAML files; default: botsort */
                    tracker?: ("bytetrack" | "botsort") | {
                        /**
                         * @description algorithm (default: botsort)
                         * @enum {string}
                         */
                        tracker_type?: "bytetrack" | "botsort";
                        /** @description score from which detections are matched first (default: 0.25) */
                        track_high_thresh?: number;
                        /** @description score above which detections continue tracks that are left (default: 0.1) */
                        track_low_thresh?: number;
                        /** @description score from which an unmatched detection starts a track (default: 0.25) */
                        new_track_thresh?: number;
                        /** @description frames for which a lost track can be found again, at 30 frames a second (default: 30) */
                        track_buffer?: number;
                        /** @description largest cost of a match, 1 − IoU (default: 0.8) */
                        match_thresh?: number;
                        /** @description multiply the IoU by the detection's score (default: true) */
                        fuse_score?: boolean;
                        /** @description frames a second; scales track_buffer (default: 30) */
                        frame_rate?: number;
                        /**
                         * @description how the motion of the camera is estimated; all but none are sparseOptFlow here (BoT-SORT) (default: sparseOptFlow)
                         * @enum {string}
                         */
                        gmc_method?: "none" | "sparseOptFlow" | "orb" | "sift" | "ecc";
                        /** @description smallest IoU at which appearance counts (BoT-SORT) (default: 0.5) */
                        proximity_thresh?: number;
                        /** @description smallest likeness, (1 + cosine) / 2, at which appearance counts (BoT-SORT) (default: 0.8) */
                        appearance_thresh?: number;
                        /** @description match by appearance, too: by the colors in the boxes (BoT-SORT) (default: false) */
                        with_reid?: boolean;
                        /** @description what recognizes objects; auto, their colors, is all there is (BoT-SORT) (default: auto) */
                        model?: string;
                    };
                    /** @description Lines and zones to count at, as in a zones file */
                    zones?: {
                        lines?: {
                            [key: string]: number[][];
                        };
                        zones?: {
                            [key: string]: number[][];
                        };
                        /** @enum {string} */
                        point?: "center" | "bottom";
                        margin?: number;
                    };
                    /** @description Frames for which answers have the way of each object; default 0, none */
                    trails?: number;
                };
            };
        };
        responses: {
            /** @description The session */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        model: string;
                        tracker: string;
                        /** @description Frames that were tracked */
                        frames: number;
                        /** @description Objects that are tracked or can be found again */
                        objects: number;
                        /** @description Seconds since the last frame */
                        idle_s: number;
                        /** @description Seconds without a frame after which it ends */
                        timeout_s: number;
                        /** @description By class: how many crossed each line so far, and how many are in each zone */
                        counts?: {
                            lines?: {
                                [key: string]: {
                                    in?: {
                                        [key: string]: number;
                                    };
                                    out?: {
                                        [key: string]: number;
                                    };
                                };
                            };
                            zones?: {
                                [key: string]: {
                                    [key: string]: number;
                                };
                            };
                        };
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    describeSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of POST /v1/track/sessions */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        model: string;
                        tracker: string;
                        /** @description Frames that were tracked */
                        frames: number;
                        /** @description Objects that are tracked or can be found again */
                        objects: number;
                        /** @description Seconds since the last frame */
                        idle_s: number;
                        /** @description Seconds without a frame after which it ends */
                        timeout_s: number;
                        /** @description By class: how many crossed each line so far, and how many are in each zone */
                        counts?: {
                            lines?: {
                                [key: string]: {
                                    in?: {
                                        [key: string]: number;
                                    };
                                    out?: {
                                        [key: string]: number;
                                    };
                                };
                            };
                            zones?: {
                                [key: string]: {
                                    [key: string]: number;
                                };
                            };
                        };
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of POST /v1/track/sessions */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    trackFrames: {
        parameters: {
            query?: {
                /** @description Number of the first frame, where some are missing; it must rise */
                frame?: number;
            };
            header?: never;
            path: {
                /** @description Of POST /v1/track/sessions */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/*": Blob;
                "multipart/form-data": {
                    image?: Blob[];
                    /** @description Number of the first frame, where some are missing; it must rise */
                    frame?: number;
                };
                "application/json": {
                    images: string[];
                    /** @description Number of the first frame, where some are missing; it must rise */
                    frame?: number;
                };
            };
        };
        responses: {
            /** @description The frames' objects */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        session: string;
                        frames: {
                            /** @description Number of the frame, from 0 */
                            frame: number;
                            /** @description Of a video: seconds from its beginning */
                            timestamp?: number;
                            width: number;
                            height: number;
                            /** @description Objects with their id; where nothing is tracked, what was found, without */
                            boxes: {
                                /** @description Left side, in pixels of the image */
                                x1: number;
                                /** @description Upper side */
                                y1: number;
                                /** @description Right side */
                                x2: number;
                                /** @description Lower side */
                                y2: number;
                                /** @description Number of the class */
                                class: number;
                                /** @description Name of the class */
                                name: string;
                                /** @description From 0 to 1 */
                                confidence: number;
                                /** @description Of segmentation: the outline of the mask, in pixels of the image */
                                segments?: {
                                    x?: number[];
                                    y?: number[];
                                };
                                /** @description Of pose estimation: the points, in pixels of the image, and how certainly each is visible, 0 to 1 */
                                keypoints?: {
                                    x?: number[];
                                    y?: number[];
                                    visible?: number[];
                                };
                                /** @description Of oriented boxes: center, sides, angle in radians (clockwise, of the width), the four corners */
                                obb?: {
                                    x?: number;
                                    y?: number;
                                    width?: number;
                                    height?: number;
                                    angle?: number;
                                    corners?: number[][];
                                };
                                /** @description Identity, from 1 */
                                id?: number;
                            }[];
                            /** @description What happened at lines (in, out) and zones (enter, leave) */
                            events?: {
                                event?: string;
                                at?: string;
                                id?: number;
                                class?: number;
                                name?: string;
                                count?: number;
                            }[];
                            /** @description By class: how many crossed each line so far, and how many are in each zone */
                            counts?: {
                                lines?: {
                                    [key: string]: {
                                        in?: {
                                            [key: string]: number;
                                        };
                                        out?: {
                                            [key: string]: number;
                                        };
                                    };
                                };
                                zones?: {
                                    [key: string]: {
                                        [key: string]: number;
                                    };
                                };
                            };
                            /** @description Where each object has been: centers, x and y in turn */
                            trails?: {
                                id?: number;
                                points?: number[];
                            }[];
                        }[];
                        /** @description Milliseconds that the frames waited */
                        queue_ms: number;
                        /** @description Milliseconds from the request's first byte to the answer */
                        total_ms: number;
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    trackVideo: {
        parameters: {
            query?: {
                /** @description What POST /v1/track/sessions accepts, as JSON */
                options?: string;
                /** @description Continues a session: identities and counts are kept */
                session?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** Format: binary */
                    video: Blob;
                    /** @description What POST /v1/track/sessions accepts, as JSON */
                    options?: string;
                    /** @description Continues a session: identities and counts are kept */
                    session?: string;
                };
                "video/*": Blob;
            };
        };
        responses: {
            /** @description The frames' objects, and what was counted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": {
                        /** @description Number of the frame, from 0 */
                        frame: number;
                        /** @description Of a video: seconds from its beginning */
                        timestamp?: number;
                        width: number;
                        height: number;
                        /** @description Objects with their id; where nothing is tracked, what was found, without */
                        boxes: {
                            /** @description Left side, in pixels of the image */
                            x1: number;
                            /** @description Upper side */
                            y1: number;
                            /** @description Right side */
                            x2: number;
                            /** @description Lower side */
                            y2: number;
                            /** @description Number of the class */
                            class: number;
                            /** @description Name of the class */
                            name: string;
                            /** @description From 0 to 1 */
                            confidence: number;
                            /** @description Of segmentation: the outline of the mask, in pixels of the image */
                            segments?: {
                                x?: number[];
                                y?: number[];
                            };
                            /** @description Of pose estimation: the points, in pixels of the image, and how certainly each is visible, 0 to 1 */
                            keypoints?: {
                                x?: number[];
                                y?: number[];
                                visible?: number[];
                            };
                            /** @description Of oriented boxes: center, sides, angle in radians (clockwise, of the width), the four corners */
                            obb?: {
                                x?: number;
                                y?: number;
                                width?: number;
                                height?: number;
                                angle?: number;
                                corners?: number[][];
                            };
                            /** @description Identity, from 1 */
                            id?: number;
                        }[];
                        /** @description What happened at lines (in, out) and zones (enter, leave) */
                        events?: {
                            event?: string;
                            at?: string;
                            id?: number;
                            class?: number;
                            name?: string;
                            count?: number;
                        }[];
                        /** @description By class: how many crossed each line so far, and how many are in each zone */
                        counts?: {
                            lines?: {
                                [key: string]: {
                                    in?: {
                                        [key: string]: number;
                                    };
                                    out?: {
                                        [key: string]: number;
                                    };
                                };
                            };
                            zones?: {
                                [key: string]: {
                                    [key: string]: number;
                                };
                            };
                        };
                        /** @description Where each object has been: centers, x and y in turn */
                        trails?: {
                            id?: number;
                            points?: number[];
                        }[];
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Models that are loaded, and files that could be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        models?: {
                            id: string;
                            /** @description Relative to the folder of models that it is in */
                            file: string;
                            /** @description One of v5, v8, v9, v10, v12, v26 */
                            family: string | null;
                            /** @description Number of classes */
                            nc: number | null;
                            /** @description Class names by class number */
                            names: string[];
                            /** @description Longer side that images are scaled to */
                            imgsz: number;
                            stride: number | null;
                            /** @description Branches of its head; nms=false uses one2one, which only some models have */
                            branches: string[];
                            /** @description Whether duplicates are suppressed where requests do not say */
                            nms: boolean;
                            /** @description Null for exported models */
                            parameters: number | null;
                            /** @description Memory of its weights in all workers */
                            bytes: number;
                            /** @description false while it is being loaded or unloaded */
                            loaded: boolean;
                            /** @description Whether requests that name no model mean it */
                            default: boolean;
                        }[];
                        available?: {
                            file?: string;
                        }[];
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    loadModel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A file in the service's folders of models */
                    file: string;
                    /** @description 1 to 64 letters, digits, dots, dashes or underscores */
                    id?: string;
                };
            };
        };
        responses: {
            /** @description The model */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @description Relative to the folder of models that it is in */
                        file: string;
                        /** @description One of v5, v8, v9, v10, v12, v26 */
                        family: string | null;
                        /** @description Number of classes */
                        nc: number | null;
                        /** @description Class names by class number */
                        names: string[];
                        /** @description Longer side that images are scaled to */
                        imgsz: number;
                        stride: number | null;
                        /** @description Branches of its head; nms=false uses one2one, which only some models have */
                        branches: string[];
                        /** @description Whether duplicates are suppressed where requests do not say */
                        nms: boolean;
                        /** @description Null for exported models */
                        parameters: number | null;
                        /** @description Memory of its weights in all workers */
                        bytes: number;
                        /** @description false while it is being loaded or unloaded */
                        loaded: boolean;
                        /** @description Whether requests that name no model mean it */
                        default: boolean;
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    describeModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A model of GET /v1/models */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model; with its layers (modules) and its head explained, where its file contains them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @description Relative to the folder of models that it is in */
                        file: string;
                        /** @description One of v5, v8, v9, v10, v12, v26 */
                        family: string | null;
                        /** @description Number of classes */
                        nc: number | null;
                        /** @description Class names by class number */
                        names: string[];
                        /** @description Longer side that images are scaled to */
                        imgsz: number;
                        stride: number | null;
                        /** @description Branches of its head; nms=false uses one2one, which only some models have */
                        branches: string[];
                        /** @description Whether duplicates are suppressed where requests do not say */
                        nms: boolean;
                        /** @description Null for exported models */
                        parameters: number | null;
                        /** @description Memory of its weights in all workers */
                        bytes: number;
                        /** @description false while it is being loaded or unloaded */
                        loaded: boolean;
                        /** @description Whether requests that name no model mean it */
                        default: boolean;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    unloadModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A model of GET /v1/models */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Unloaded */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Why a request was refused: a code for programs and one sentence for people */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}
