import { library } from '../../tsup.base.ts';

export default library(['src/index.ts', 'src/unpack.ts', 'src/start.ts']);
