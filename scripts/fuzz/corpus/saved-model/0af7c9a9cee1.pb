
"serve*2.13.0˜
-
+
boxesnst*	0c€€€€