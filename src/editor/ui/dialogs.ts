// What a part of the extension that is a bundle of its own asks the user with.
import { ask, choose, confirm, showChoices, showList } from './messages';
import { cancellable, shareReporter } from './progress';

export const DIALOGS = { ask, choose, confirm, showChoices, showList, cancellable, shareReporter };
