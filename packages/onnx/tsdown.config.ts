import { library } from "../../tsdown.base.ts";

// Protocol Buffers' runtime is 65 files, which take longer to find than to run.
export default library({ deps: { alwaysBundle: [/^@bufbuild\/protobuf/] } });
