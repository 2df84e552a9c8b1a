/** Speech input with the Web Speech API, if the browser has it. The browser may send the audio to its vendor. */

interface RecognitionEvent {
  readonly results: ArrayLike<ArrayLike<{ readonly transcript: string }> & { readonly isFinal: boolean }>;
}

/** The used part of `SpeechRecognition`, which TypeScript does not declare. */
interface Recognition {
  lang: string;
  interimResults: boolean;
  onresult: ((event: RecognitionEvent) => void) | null;
  onerror: ((event: { readonly error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  abort(): void;
}

type RecognitionClass = new () => Recognition;

export interface ListenOptions {
  /** Receives the text so far, and whether it is final. */
  readonly onText: (text: string, final: boolean) => void;
  /** Called exactly once, with a message if it failed. */
  readonly onEnd: (problem?: string) => void;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  'not-allowed': 'Microphone access is blocked. Allow it in the address bar of the browser.',
  'audio-capture': 'No microphone was found.',
  'no-speech': 'No speech was detected.',
  network: 'The browser cannot reach its speech service.',
};

function recognitionClass(): RecognitionClass | undefined {
  const { SpeechRecognition, webkitSpeechRecognition } = globalThis as {
    SpeechRecognition?: RecognitionClass;
    webkitSpeechRecognition?: RecognitionClass;
  };
  return SpeechRecognition ?? webkitSpeechRecognition;
}

export function canListen(): boolean {
  return recognitionClass() !== undefined;
}

/** Listens for one caption. @returns a function that stops it */
export function listen({ onText, onEnd }: ListenOptions): () => void {
  const recognition = new (recognitionClass()!)();
  let problem: string | undefined;
  recognition.lang = 'en'; // the language of the encoders
  recognition.interimResults = true;
  recognition.onresult = ({ results }) => {
    const parts = Array.from(results);
    onText(
      parts.map((part) => part[0]!.transcript).join(' '),
      parts.every((part) => part.isFinal),
    );
  };
  recognition.onerror = ({ error }) => {
    if (error !== 'aborted') problem = PROBLEMS[error] ?? `Speech recognition failed (${error}).`;
  };
  recognition.onend = () => onEnd(problem);
  recognition.start();
  return () => recognition.abort();
}
