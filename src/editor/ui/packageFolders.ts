/** A pattern of the folders that hold packages and what was built: they are not what the user wrote. */
export const PACKAGE_FOLDERS = '**/{node_modules,dist,out,build,target,vendor,.git,.venv,venv}/**';
