// What vscode-jsonrpc needs where a connection of its own is made under Node: each bundle has its own copy.
import 'vscode-jsonrpc/node';
