import { library } from '../../tsup.base.ts';

export default library(['src/main.ts', 'src/serve-worker.ts', 'src/bundled-train.ts', 'src/doctor-probe.ts']);
